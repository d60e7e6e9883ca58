/* SPDX-License-Identifier: Apache-2.0 */
#include "label/font.h"

#include <string.h>

#include "tests/unit/test.h"

#define SIDE 64

struct canvas {
    bool dark[SIDE][SIDE];
    int left, right, top, bottom; /* of what is dark */
    int count;
};

static struct font *font;

static void darken(void *context, int x, int y)
{
    struct canvas *canvas = context;

    assert_true(x >= 0 && x < SIDE && y >= 0 && y < SIDE);
    canvas->dark[y][x] = true;
    canvas->left = canvas->count == 0 || x < canvas->left ? x : canvas->left;
    canvas->right = canvas->count == 0 || x > canvas->right ? x : canvas->right;
    canvas->top = canvas->count == 0 || y < canvas->top ? y : canvas->top;
    canvas->bottom = canvas->count == 0 || y > canvas->bottom ? y : canvas->bottom;
    canvas->count++;
}

static void draw(const char *text, double size, struct canvas *out)
{
    *out = (struct canvas){.count = 0};
    font_draw(font, text, strlen(text), size, 0.6, 4, 40, darken, out);
}

static void what_a_font_lacks_is_known(void **state)
{
    (void)state;
    assert_false(font_has(font, "\xE7\x86\xB1")); /* Chinese */
    assert_false(font_has(font, "a\xFF"));
    assert_true(font_has(font, ""));
    assert_true(font_has(font, "W\xC3\xA4rmepumpe HP-12 / \xCE\xA9 \xD0\x96"));
}

static void capitals_stand_on_the_line(void **state)
{
    static struct canvas canvas;
    (void)state;
    draw("H", 20, &canvas);
    assert_true(canvas.count > 0);
    assert_int_equal(canvas.bottom, 39);
    assert_in_range(canvas.top, 23, 27);
    assert_in_range(canvas.left, 4, 7);
    assert_true(canvas.right < 4 + 12);
}

static void every_character_has_the_same_width(void **state)
{
    static struct canvas narrow, wide;
    (void)state;
    draw("||||H", 10, &narrow);
    draw("WWWWH", 10, &wide);
    assert_int_equal(narrow.right, wide.right);
    assert_in_range(wide.right, 4 + 4 * 6, 4 + 5 * 6 + 1);
}

static void look_alikes_differ(void **state)
{
    static const char *const pairs[][2] = {{"0", "O"}, {"1", "l"}, {"l", "I"},
                                           {"1", "I"}, {"8", "B"}, {"5", "S"}};
    static struct canvas one, other;
    (void)state;
    for (size_t i = 0; i < COUNT(pairs); i++) {
        int apart = 0;
        draw(pairs[i][0], 18, &one);
        draw(pairs[i][1], 18, &other);
        for (int y = 0; y < SIDE; y++)
            for (int x = 0; x < SIDE; x++)
                apart += one.dark[y][x] != other.dark[y][x];
        if (apart < 4)
            fail_msg("%s and %s differ in %d dots", pairs[i][0], pairs[i][1], apart);
    }
}

static int open_it(void **state)
{
    TEXT struct text why = TEXT_EMPTY;
    (void)state;
    font = font_open(&why);
    if (font == NULL)
        print_error("%s\n", text_get(&why));
    return font == NULL;
}

static int close_it(void **state)
{
    (void)state;
    font_free(font);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_font_lacks_is_known),
        cmocka_unit_test(capitals_stand_on_the_line),
        cmocka_unit_test(every_character_has_the_same_width),
        cmocka_unit_test(look_alikes_differ),
    };
    return cmocka_run_group_tests(tests, open_it, close_it);
}
