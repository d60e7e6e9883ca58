/* SPDX-License-Identifier: Apache-2.0 */
#include "base/number_map.h"

#include "tests/unit/test.h"

#define NUMBERS 3000
#define ABSENT UINT32_MAX

/* The same numbers in an array: values[i] is that of number_of(i). */
struct model {
    struct number_map map;
    uint32_t values[NUMBERS];
    size_t count;
    uint32_t seed;
};

static uint32_t random_below(struct model *model, uint32_t bound)
{
    model->seed = model->seed * 1664525 + 1013904223;
    return (uint32_t)((uint64_t)model->seed * bound >> 32);
}

/* Neighbours, and numbers that differ in their high bits alone; 0 and the greatest among them. */
static uint64_t number_of(size_t i)
{
    return i % 2 ? (uint64_t)i << 50 | 5 : i == 2 ? UINT64_MAX : i / 2;
}

static void begin(struct model *model, uint64_t key)
{
    *model = (struct model){.seed = (uint32_t)key * 7 + 1};
    number_map_init(&model->map);
    model->map.key = key; /* the same each time */
    for (size_t i = 0; i < NUMBERS; i++)
        model->values[i] = ABSENT;
}

static void set(struct model *model, size_t i, uint32_t value)
{
    model->count += model->values[i] == ABSENT;
    model->values[i] = value;
    number_map_set(&model->map, number_of(i), value);
}

static void drop(struct model *model, size_t i)
{
    model->count -= model->values[i] != ABSENT;
    model->values[i] = ABSENT;
    number_map_remove(&model->map, number_of(i));
}

static void check_one(const struct model *model, size_t i)
{
    uint32_t value = 12345;
    bool found = number_map_get(&model->map, number_of(i), &value);

    assert_int_equal(found, model->values[i] != ABSENT);
    assert_int_equal(value, found ? model->values[i] : 12345);
}

static void check(const struct model *model, size_t numbers)
{
    assert_int_equal(model->map.count, model->count);
    assert_true(model->map.room == 0 || model->count < model->map.room);
    for (size_t i = 0; i < numbers; i++)
        check_one(model, i);
}

static void an_empty_map_has_nothing(void **state)
{
    struct model model;
    (void)state;

    begin(&model, 1);
    check(&model, NUMBERS);
    number_map_remove(&model.map, 0);
    check(&model, NUMBERS);
    number_map_fini(&model.map);
    number_map_fini(&model.map);
}

static void two_maps_mix_the_numbers_differently(void **state)
{
    struct number_map a, b;
    (void)state;

    number_map_init(&a);
    number_map_init(&b);
    assert_true(a.key != b.key);
    number_map_fini(&a);
    number_map_fini(&b);
}

/* Full maps of the least size: chains of probes run over the end, and what is removed is often within one. */
static void what_is_removed_hides_nothing(void **state)
{
    struct model model;
    (void)state;

    for (uint64_t key = 0; key < FEWER(400); key++) {
        begin(&model, key);
        for (size_t i = 0; i < 48; i++)
            set(&model, i, (uint32_t)(i * key));
        assert_int_equal(model.map.room, 64);
        for (size_t i = 0; i < 200; i++) {
            size_t number = random_below(&model, 60);
            if (model.values[number] != ABSENT)
                drop(&model, number);
            else if (model.count < 48)
                set(&model, number, (uint32_t)i);
            check(&model, 60);
        }
        number_map_fini(&model.map);
    }
}

/* It fills and empties by turns. */
static void does_what_an_array_would(void **state)
{
    struct model model;
    (void)state;

    begin(&model, 3);
    for (size_t i = 0; i < 100000; i++) {
        size_t number = random_below(&model, NUMBERS);
        if (random_below(&model, 10) < (i / 20000 % 2 ? 1u : 8u))
            set(&model, number, random_below(&model, ABSENT));
        else
            drop(&model, number);
        check_one(&model, number);
        if (i % 1000 == 0)
            check(&model, NUMBERS);
    }
    check(&model, NUMBERS);
    number_map_fini(&model.map);
}

static void grows_and_shrinks(void **state)
{
    struct model model;
    (void)state;

    begin(&model, 4);
    for (size_t i = 0; i < NUMBERS; i++)
        set(&model, i, (uint32_t)i);
    check(&model, NUMBERS);
    assert_in_range(model.map.room, NUMBERS + 1, 2 * NUMBERS);
    for (size_t i = 0; i < NUMBERS - 10; i++)
        drop(&model, i);
    check(&model, NUMBERS);
    assert_in_range(model.map.room, 11, 128);
    number_map_fini(&model.map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_map_has_nothing),
        cmocka_unit_test(two_maps_mix_the_numbers_differently),
        cmocka_unit_test(what_is_removed_hides_nothing),
        cmocka_unit_test(does_what_an_array_would),
        cmocka_unit_test(grows_and_shrinks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
