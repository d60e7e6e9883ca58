/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/grey.h"

#include <string.h>

#include "base/sanitized.h"
#include "tests/unit/test.h"

/* Columns of 8: black, white, black... */
static void stripes(int width, int height, struct grey *out)
{
    assert_true(grey_init(out, width, height));
    for (int y = 0; y < height; y++)
        for (int x = 0; x < width; x++)
            out->pixels[y * width + x] = x / 8 % 2 ? 200 : 50;
}

static int at(const struct grey *grey, int x, int y)
{
    return grey->pixels[y * grey->width + x];
}

static void a_plain_colour_stays_as_it_is(void **state)
{
    GREY struct grey plain = GREY_NONE;
    struct grey copies[6];
    (void)state;

    assert_true(grey_init(&plain, 37, 23));
    memset(plain.pixels, 93, grey_area(&plain));
    assert_true(grey_scale(&plain, 90, 7, &copies[0]));
    assert_true(grey_halve(&plain, &copies[1]));
    assert_true(grey_turn(&plain, 33, &copies[2]));
    assert_true(grey_blur(&plain, 4, 3, &copies[3]));
    assert_true(grey_sharpen(&plain, 5, 24, &copies[4]));
    assert_true(grey_scale(&plain, 1, 1, &copies[5]));
    for (size_t i = 0; i < COUNT(copies); i++) {
        for (size_t j = 0; j < grey_area(&copies[i]); j++)
            assert_int_equal(copies[i].pixels[j], 93);
        grey_fini(&copies[i]);
    }
}

static void has_the_size_that_was_asked_for(void **state)
{
    GREY struct grey grey = GREY_NONE, scaled = GREY_NONE, halved = GREY_NONE, turned = GREY_NONE;
    (void)state;

    stripes(65, 33, &grey);
    assert_true(grey_scale(&grey, 200, 10, &scaled));
    assert_int_equal(scaled.width, 200);
    assert_int_equal(scaled.height, 10);
    assert_true(grey_halve(&grey, &halved));
    assert_int_equal(halved.width, 32);
    assert_int_equal(halved.height, 16);
    assert_true(grey_turn(&grey, 90, &turned));
    assert_in_range(turned.width, 33, 34);
    assert_in_range(turned.height, 65, 66);
}

static void scaling_keeps_things_where_they_are(void **state)
{
    GREY struct grey grey = GREY_NONE, twice = GREY_NONE, back = GREY_NONE;
    (void)state;

    stripes(64, 16, &grey);
    assert_true(grey_scale(&grey, 128, 32, &twice));
    for (int x = 0; x < 128; x++)
        if (x % 16 > 1 && x % 16 < 14)
            assert_int_equal(at(&twice, x, 9), x / 16 % 2 ? 200 : 50);
    assert_true(grey_halve(&twice, &back));
    for (int x = 1; x < 63; x++)
        if (x % 8 > 0 && x % 8 < 7)
            assert_int_equal(at(&back, x, 7), at(&grey, x, 7));
}

static void a_turn_by_a_right_angle_moves_the_corners(void **state)
{
    GREY struct grey grey = GREY_NONE, turned = GREY_NONE;
    (void)state;

    assert_true(grey_init(&grey, 20, 20));
    memset(grey.pixels, 255, grey_area(&grey));
    memset(grey.pixels, 0, 60); /* the upper edge */
    assert_true(grey_turn(&grey, 90, &turned));
    assert_int_equal(at(&turned, 10, 1), 255);
    assert_true(at(&turned, 1, 10) == 0 || at(&turned, turned.width - 2, 10) == 0);
}

static void blurring_softens_and_sharpening_brings_back(void **state)
{
    GREY struct grey grey = GREY_NONE, soft = GREY_NONE, sharp = GREY_NONE;
    (void)state;

    stripes(64, 16, &grey);
    assert_true(grey_blur(&grey, 2, 2, &soft));
    assert_in_range(at(&soft, 7, 8) - 50, 40, 74);
    assert_true(grey_sharpen(&soft, 3, 12, &sharp));
    assert_true(at(&sharp, 9, 8) - at(&sharp, 6, 8) > at(&soft, 9, 8) - at(&soft, 6, 8));
}

static void a_threshold_follows_the_light(void **state)
{
    GREY struct grey grey = GREY_NONE, black_and_white = GREY_NONE;
    (void)state;

    stripes(256, 32, &grey);
    for (int y = 0; y < 32; y++)
        for (int x = 0; x < 256; x++) /* from a fifth of the light to all of it */
            grey.pixels[y * 256 + x] = (unsigned char)(at(&grey, x, y) * (64 + x) / 320);
    assert_true(grey_threshold(&grey, 12, &black_and_white));
    for (int x = 8; x < 248; x++)
        assert_int_equal(at(&black_and_white, x, 16), x / 8 % 2 ? 255 : 0);
}

static void inverts(void **state)
{
    GREY struct grey grey = GREY_NONE;
    (void)state;

    stripes(16, 2, &grey);
    grey_invert(&grey);
    assert_int_equal(at(&grey, 0, 1), 205);
    assert_int_equal(at(&grey, 15, 1), 55);
}

static void what_is_too_large_for_memory_is_told(void **state)
{
    struct grey none = GREY_NONE;
    (void)state;

#if !SANITIZED /* they end the program instead */
    assert_false(grey_init(&none, 0x7FFFFFFF, 0x7FFFFFFF));
#endif
    assert_null(none.pixels);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_colour_stays_as_it_is),
        cmocka_unit_test(has_the_size_that_was_asked_for),
        cmocka_unit_test(scaling_keeps_things_where_they_are),
        cmocka_unit_test(a_turn_by_a_right_angle_moves_the_corners),
        cmocka_unit_test(blurring_softens_and_sharpening_brings_back),
        cmocka_unit_test(a_threshold_follows_the_light),
        cmocka_unit_test(inverts),
        cmocka_unit_test(what_is_too_large_for_memory_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
