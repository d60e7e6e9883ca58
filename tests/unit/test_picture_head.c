/* SPDX-License-Identifier: Apache-2.0 */
#include "base/picture_head.h"

#include <string.h>

#include "tests/unit/test.h"

static enum picture_error read_head(const char *bytes, size_t length, struct picture_head *out)
{
    char copy[200] = {0};

    assert_true(length < sizeof copy);
    memcpy(copy, bytes, length);
    return picture_head_read(copy, length, out, NULL);
}

#define READ(text, out) read_head(text, sizeof(text) - 1, out)

static void refuses_what_is_no_picture(void **state)
{
    struct picture_head head = {.width = 7};
    const char *what = "";

    (void)state;
    assert_int_equal(READ("", &head), PICTURE_UNKNOWN);
    assert_int_equal(READ("GIF89a\1\0\1\0", &head), PICTURE_UNKNOWN);
    assert_int_equal(READ("<svg viewBox='0 0 1 1'>\0</svg>", &head), PICTURE_UNKNOWN);
    assert_int_equal(READ("<svg>", &head), PICTURE_NO_SIZE);
    assert_int_equal(READ("<svg viewBox='0 0 0 1'>", &head), PICTURE_NO_SIZE);
    assert_int_equal(READ("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\0\0\0\0\1", &head), PICTURE_NO_SIZE);
    assert_int_equal(READ("\xff\xd8\xff\xe0\0\4ab", &head), PICTURE_NO_SIZE);
    assert_int_equal(READ("\xff\xd8\xff\xe0\xff\xff", &head), PICTURE_NO_SIZE);
    assert_int_equal(picture_head_read("<svg viewBox='0 0 1 1'><script/>", 32, &head, &what), PICTURE_UNSAFE);
    assert_string_equal(what, "<script");
    assert_int_equal(READ("<svg viewBox='0 0 1 1' onload='x'>", &head), PICTURE_UNSAFE);
    assert_int_equal(head.width, 7);
}

static void expect(const char *bytes, size_t length, const char *kind, unsigned width, unsigned height)
{
    struct picture_head head = {0};

    assert_int_equal(read_head(bytes, length, &head), PICTURE_OK);
    assert_string_equal(picture_kind_name(head.kind), kind);
    assert_int_equal(head.width, width);
    assert_int_equal(head.height, height);
}

#define EXPECT(text, ...) expect(text, sizeof(text) - 1, __VA_ARGS__)

static void reads_the_size(void **state)
{
    (void)state;
    EXPECT("\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\1\2\0\0\0\3", "png", 258, 3);
    EXPECT("\xff\xd8\xff\xe0\0\4ab\xff\xc0\0\x11\x08\0\x20\1\0\3", "jpg", 256, 32);
    EXPECT("\xff\xd8\xff\xff\xc2\0\x11\x08\0\1\0\2\3", "jpg", 2, 1); /* filled, progressive */
    EXPECT("<?xml version='1.0'?><svg viewBox=\"0 0 60.5 20\">", "svg", 61, 20);
    EXPECT("<svg width='3' height='4'>", "svg", 3, 4);
    EXPECT("RIFF\x20\0\0\0WEBPVP8 \x14\0\0\0\x30\1\0\x9d\1\x2a\x10\0\x20\x40\1\2\3", "webp", 16, 32);
    EXPECT("RIFF\x20\0\0\0WEBPVP8L\x14\0\0\0\x2f\x0f\xc0\7\0\0\0\0\0\0\0", "webp", 16, 32);
    EXPECT("RIFF\x20\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x0f\0\0\x1f\0\0\0\0", "webp", 16, 32);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_is_no_picture),
        cmocka_unit_test(reads_the_size),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
