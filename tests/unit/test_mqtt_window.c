/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/mqtt_window.h"

#include "tests/unit/test.h"

static void is_full_at_its_most(void **state)
{
    struct mqtt_window window;
    (void)state;

    mqtt_window_init(&window, 3);
    for (unsigned long i = 0; i < 3; i++)
        assert_non_null(mqtt_window_take(&window, NULL, i));
    assert_null(mqtt_window_take(&window, NULL, 9));
    assert_int_equal(window.count, 3);
    mqtt_window_fini(&window);
}

static void a_second_answer_counts_for_nothing(void **state)
{
    struct mqtt_window window;
    (void)state;

    mqtt_window_init(&window, 2);
    struct mqtt_publish *first = mqtt_window_take(&window, NULL, 1);
    struct mqtt_publish *second = mqtt_window_take(&window, NULL, 2);
    assert_true(mqtt_window_has(&window, first));
    assert_true(mqtt_window_end(&window, first));
    assert_false(mqtt_window_has(&window, first));
    assert_false(mqtt_window_end(&window, first));
    assert_int_equal(window.count, 1);
    assert_true(mqtt_window_end(&window, second));
    assert_int_equal(window.count, 0);
    mqtt_window_fini(&window);
}

static void a_late_second_answer_does_not_end_another_publish(void **state)
{
    struct mqtt_window window;
    (void)state;

    mqtt_window_init(&window, 2);
    struct mqtt_publish *first = mqtt_window_take(&window, NULL, 1);
    assert_true(mqtt_window_end(&window, first));
    for (unsigned long i = 2; i < 9; i++) {
        struct mqtt_publish *later = mqtt_window_take(&window, NULL, i);
        assert_ptr_not_equal(later, first);
        assert_false(mqtt_window_end(&window, first));
        assert_true(mqtt_window_end(&window, later));
    }
    mqtt_window_fini(&window);
}

static void a_lost_connection_takes_all_with_it(void **state)
{
    struct mqtt_window window;
    int owner;
    (void)state;

    mqtt_window_init(&window, 2);
    struct mqtt_publish *lost = mqtt_window_take(&window, &owner, 1);
    mqtt_window_forget(&window);
    assert_int_equal(window.count, 0);
    assert_false(lost->waiting); /* or the ring would fill with those of dead connections */
    assert_false(mqtt_window_end(&window, lost));
    assert_ptr_equal(lost->owner, &owner); /* a late callback still finds its connection */
    assert_non_null(mqtt_window_take(&window, &owner, 2));
    assert_non_null(mqtt_window_take(&window, &owner, 3));
    assert_null(mqtt_window_take(&window, &owner, 4));
    mqtt_window_fini(&window);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(is_full_at_its_most),
        cmocka_unit_test(a_second_answer_counts_for_nothing),
        cmocka_unit_test(a_late_second_answer_does_not_end_another_publish),
        cmocka_unit_test(a_lost_connection_takes_all_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
