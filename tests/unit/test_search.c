/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/search.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "tests/unit/pictures.h"
#include "tests/unit/test.h"

#define CODE "https://register.example.com/r/00112233445566778899aabbccddeeff"
#define OTHER "WIFI:S:guest;T:WPA;P:other;;"

static enum decode_error search(const struct text *file, struct decode_result *out)
{
    /* As long as the file: what reads beyond its end is seen by the sanitizer. */
    OWNED unsigned char *bytes = malloc(file->length > 0 ? file->length : 1);

    assert_non_null(bytes);
    if (file->length > 0)
        memcpy(bytes, file->data, file->length);
    return search_codes(bytes, file->length, 0, out, NULL);
}

static void expect(const struct text *file, enum decode_error error)
{
    struct decode_result result = {.count = 77};
    enum decode_error got = search(file, &result);

    if (got != error)
        fail_msg("%s, not %s", decode_error_name(got), decode_error_name(error));
    if (got == DECODE_OK)
        decode_result_fini(&result);
    else
        assert_int_equal(result.count, 77);
}

static void expect_codes(const struct text *file, const char *first, const char *second)
{
    const char *wanted[] = {first, second};
    struct decode_result result;
    enum decode_error error = search(file, &result);

    if (error != DECODE_OK)
        fail_msg("%s", decode_error_name(error));
    assert_int_equal(result.count, second ? 2 : 1);
    for (size_t i = 0; i < result.count; i++) {
        bool found = false;
        for (size_t j = 0; j < result.count; j++)
            found |=
                strcmp(result.codes[j].text, wanted[i]) == 0 && strlen(wanted[i]) == result.codes[j].length;
        assert_true(found);
    }
    decode_result_fini(&result);
}

static void expect_in_grey(const struct grey *grey, const char *first, const char *second)
{
    TEXT struct text file = TEXT_EMPTY;

    picture_png(grey, PICTURE_GREY, 0, &file);
    expect_codes(&file, first, second);
}

static void damage(struct text *file, size_t at, const char *bytes, size_t length)
{
    assert_true(at + length <= file->length);
    memcpy(file->data + at, bytes, length);
}

static void of_no_format_that_is_known(void **state)
{
    static const char *const files[] = {"",
                                        "G",
                                        "GIF99a.................",
                                        "\xFF\xD8",
                                        "RIFF....WAVE",
                                        "\x89PNG",
                                        "--",
                                        "--x\r\nContent-Type: text/plain\r\n",
                                        "....ftypmp42........"};
    TEXT struct text file = TEXT_EMPTY;
    (void)state;

    for (size_t i = 0; i < COUNT(files); i++) {
        text_clear(&file);
        text_puts(&file, files[i]);
        expect(&file, DECODE_UNKNOWN_FORMAT);
    }
}

static void what_is_no_picture_that_is_read_is_named(void **state)
{
    static const struct {
        const char *bytes;
        size_t length;
        enum decode_error error;
    } files[] = {
        {"GIF89a.................", 23, DECODE_GIF},
        {"GIF87a.", 7, DECODE_GIF},
        {"II*\0....", 8, DECODE_TIFF},
        {"MM\0*....", 8, DECODE_TIFF},
        {"%PDF-1.7\n", 9, DECODE_PDF},
        {"\0\0\0\x18"
         "ftypheic\0\0\0\0mif1heic",
         24, DECODE_HEIC},
        {"\0\0\0\x18"
         "ftypmif1\0\0\0\0mif1heic",
         24, DECODE_HEIC},
        {"\0\0\0\x18"
         "ftypmif1\0\0\0\0mif1avif",
         24, DECODE_AVIF},
        {"\0\0\0\x18"
         "ftypmif1\0\0\0\0mif1heicavif", /* the last is outside of the box */
         28, DECODE_HEIC},
        {"\0\0\0\x14"
         "ftypavif\0\0\0\0avif",
         20, DECODE_AVIF},
        {"\0\0\0\x0c"
         "ftypheic",
         12, DECODE_HEIC},
        {"------x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\xFF\xD8\xFF", 56, DECODE_FORM},
        {"--x\r\nContent-Type: image/png\r\ncontent-disposition: form-data\r\n\r\n", 64, DECODE_FORM},
    };
    TEXT struct text file = TEXT_EMPTY;
    (void)state;

    for (size_t i = 0; i < COUNT(files); i++) {
        text_clear(&file);
        text_add(&file, files[i].bytes, files[i].length);
        expect(&file, files[i].error);
    }
}

static void reads_every_kind_of_png(void **state)
{
    TEXT struct text file = TEXT_EMPTY;
    GREY struct grey grey = GREY_NONE;
    (void)state;

    picture_of(CODE, 5, &grey);
    for (int kind = PICTURE_GREY; kind <= PICTURE_CLEAR; kind++)
        for (int interlaced = 0; interlaced < 2; interlaced++) {
            picture_png(&grey, (enum picture_png)kind, interlaced, &file);
            expect_codes(&file, CODE, NULL);
        }
}

static void reads_jpeg_and_webp(void **state)
{
    TEXT struct text file = TEXT_EMPTY;
    GREY struct grey grey = GREY_NONE;
    (void)state;

    picture_of(CODE, 5, &grey);
    for (int i = 0; i < 2; i++) {
        picture_jpeg(&grey, 70, i, &file);
        expect_codes(&file, CODE, NULL);
        picture_webp(&grey, i, &file);
        expect_codes(&file, CODE, NULL);
    }
}

/* Scaled while they are decoded. */
static void reads_large_pictures(void **state)
{
    TEXT struct text file = TEXT_EMPTY;
    GREY struct grey grey = GREY_NONE;
    (void)state;

    picture_init(&grey, 2400, 1801);
    picture_draw(&grey, CODE, 0, 1500, 301, 8);
    expect_in_grey(&grey, CODE, NULL);
    for (int i = 0; i < 2; i++) {
        picture_png(&grey, PICTURE_COLOUR, i, &file);
        expect_codes(&file, CODE, NULL);
        picture_jpeg(&grey, 80, i, &file);
        expect_codes(&file, CODE, NULL);
        picture_webp(&grey, i, &file);
        expect_codes(&file, CODE, NULL);
    }
}

/* Three pixels a module: nothing of it is left where the picture is shrunk. */
static void reads_codes_from_far_away(void **state)
{
    static const int sides[][2] = {{1300, 1100}, {4000, 3000}, {5712, 4284}};
    TEXT struct text file = TEXT_EMPTY;
    (void)state;

    for (size_t i = 0; i < COUNT(sides); i++) {
        GREY struct grey grey = GREY_NONE;
        picture_init(&grey, sides[i][0], sides[i][1]);
        picture_draw(&grey, CODE, 0, sides[i][0] / 2, sides[i][1] / 2 + 7, 3);
        picture_jpeg(&grey, 80, 0, &file);
        expect_codes(&file, CODE, NULL);
    }
}

static void reads_what_was_turned_or_made_worse(void **state)
{
    GREY struct grey grey = GREY_NONE, turned = GREY_NONE, blurred = GREY_NONE;
    (void)state;

    picture_of(CODE, 6, &grey);
    assert_true(grey_turn(&grey, 27, &turned));
    expect_in_grey(&turned, CODE, NULL);
    assert_true(grey_blur(&grey, 2, 3, &blurred));
    expect_in_grey(&blurred, CODE, NULL);
    for (size_t i = 0; i < grey_area(&blurred); i++) /* in the dark */
        blurred.pixels[i] = (unsigned char)(20 + blurred.pixels[i] / 16);
    expect_in_grey(&blurred, CODE, NULL);
    grey_invert(&grey);
    expect_in_grey(&grey, CODE, NULL);
}

static void two_codes_are_two_and_one_twice_is_one(void **state)
{
    GREY struct grey grey = GREY_NONE;
    (void)state;

    picture_init(&grey, 700, 300);
    picture_draw(&grey, CODE, 0, 30, 40, 5);
    picture_draw(&grey, CODE, 0, 400, 60, 5);
    expect_in_grey(&grey, CODE, NULL);
    grey_fini(&grey);
    picture_init(&grey, 700, 300);
    picture_draw(&grey, CODE, 0, 30, 40, 5);
    picture_draw(&grey, OTHER, 0, 400, 60, 6);
    expect_in_grey(&grey, CODE, OTHER);
}

static void texts_are_utf8(void **state)
{
    GREY struct grey grey = GREY_NONE;
    (void)state;

    picture_of("Pumpe f\xC3\xBCr \xE6\xB0\xB4", 5, &grey);
    expect_in_grey(&grey, "Pumpe f\xC3\xBCr \xE6\xB0\xB4", NULL);
}

static void reads_micro_codes(void **state)
{
    GREY struct grey grey = GREY_NONE;
    (void)state;

    picture_init(&grey, 300, 300);
    picture_draw(&grey, "pump-17", 4, 80, 80, 8);
    expect_in_grey(&grey, "pump-17", NULL);
}

static void a_micro_code_that_is_tiny_in_its_picture_is_ignored(void **state)
{
    TEXT struct text file = TEXT_EMPTY;
    GREY struct grey grey = GREY_NONE;
    (void)state;

    picture_init(&grey, 2400, 1801);
    picture_draw(&grey, "pump-17", 4, 1500, 301, 2);
    picture_png(&grey, PICTURE_GREY, 0, &file);
    expect(&file, DECODE_NO_CODE);
}

static void nothing_is_in_a_picture_without_a_code(void **state)
{
    TEXT struct text file = TEXT_EMPTY;
    GREY struct grey grey = GREY_NONE;
    static const int sides[][2] = {{1, 1}, {1, 3000}, {3000, 1}, {8, 8}, {40, 41}, {640, 480}, {1400, 1100}};
    unsigned noise = 1;
    (void)state;

    for (size_t i = 0; i < COUNT(sides); i++) {
        grey_fini(&grey);
        picture_init(&grey, sides[i][0], sides[i][1]);
        for (size_t j = 0; j < grey_area(&grey); j++)
            grey.pixels[j] = (unsigned char)((noise = noise * 1664525 + 1013904223) >> 24);
        picture_png(&grey, PICTURE_GREY, 0, &file);
        expect(&file, DECODE_NO_CODE);
        picture_jpeg(&grey, 80, 0, &file);
        expect(&file, DECODE_NO_CODE);
    }
}

static void without_time_only_the_first_look_is_made(void **state)
{
    TEXT struct text file = TEXT_EMPTY;
    GREY struct grey grey = GREY_NONE;
    struct decode_result result;
    const char *attempt = NULL;
    (void)state;

    picture_of(CODE, 20, &grey); /* large enough that the first look takes more than the budget */
    grey_invert(&grey);
    picture_png(&grey, PICTURE_GREY, 0, &file);
    const unsigned char *bytes = (const unsigned char *)file.data;
    assert_int_equal(search_codes(bytes, file.length, 1, &result, &attempt), DECODE_NO_CODE);
    assert_int_equal(search_codes(bytes, file.length, 60000, &result, &attempt), DECODE_OK);
    assert_string_equal(attempt, "inverted");
    decode_result_fini(&result);
}

static void what_was_cut_off_is_broken(void **state)
{
    struct text files[5] = {TEXT_EMPTY, TEXT_EMPTY, TEXT_EMPTY, TEXT_EMPTY, TEXT_EMPTY};
    GREY struct grey grey = GREY_NONE;
    (void)state;

    picture_of(CODE, 4, &grey);
    picture_png(&grey, PICTURE_GREY, 0, &files[0]);
    picture_jpeg(&grey, 80, 0, &files[1]);
    picture_jpeg(&grey, 80, 1, &files[2]);
    picture_webp(&grey, 0, &files[3]);
    picture_webp(&grey, 1, &files[4]);
    for (size_t i = 0; i < COUNT(files); i++) {
        size_t whole = files[i].length;
        for (size_t length = 12; length < whole; length += length < 700 ? 1 : whole / 50 + 1) {
            files[i].length = length;
            expect(&files[i], DECODE_BROKEN);
        }
        files[i].length = whole - 1;
        expect(&files[i], DECODE_BROKEN);
        text_fini(&files[i]);
    }
}

/* Its end is where it should be, but its pixels are not all there. */
static void a_jpeg_with_a_hole_is_broken(void **state)
{
    TEXT struct text file = TEXT_EMPTY;
    TEXT struct text holed = TEXT_EMPTY;
    GREY struct grey grey = GREY_NONE;
    (void)state;

    picture_of(CODE, 6, &grey);
    picture_jpeg(&grey, 80, 0, &file);
    text_add(&holed, file.data, file.length * 3 / 4);
    text_add(&holed, "\xFF\xD9", 2);
    expect(&holed, DECODE_BROKEN);
}

static void a_png_with_a_wrong_checksum_is_broken(void **state)
{
    TEXT struct text file = TEXT_EMPTY;
    GREY struct grey grey = GREY_NONE;
    (void)state;

    picture_of(CODE, 4, &grey);
    picture_png(&grey, PICTURE_GREY, 0, &file);
    file.data[file.length - 14] ^= 1; /* in the checksum of the pixels */
    expect(&file, DECODE_BROKEN);
}

static void what_is_more_than_a_picture_is_refused(void **state)
{
    static const char *const tails[] = {"PK\3\4....",  "%PDF-1.7", "  <HTML><script>", "\177ELF\2\1\1",
                                        "#!/bin/sh\n", "MZ\x90",   "....PK\5\6......"};
    TEXT struct text file = TEXT_EMPTY;
    GREY struct grey grey = GREY_NONE;
    (void)state;

    picture_of(CODE, 4, &grey);
    for (size_t i = 0; i < COUNT(tails); i++) {
        picture_jpeg(&grey, 80, 0, &file);
        text_puts(&file, tails[i]);
        expect(&file, DECODE_BROKEN);
        picture_png(&grey, PICTURE_GREY, 0, &file);
        text_puts(&file, tails[i]);
        expect(&file, DECODE_BROKEN);
        picture_webp(&grey, 0, &file);
        text_puts(&file, tails[i]);
        expect(&file, DECODE_BROKEN);
    }
}

static void what_phones_append_to_a_jpeg_is_fine(void **state)
{
    TEXT struct text file = TEXT_EMPTY, second = TEXT_EMPTY;
    GREY struct grey grey = GREY_NONE, small = GREY_NONE;
    (void)state;

    picture_of(CODE, 4, &grey);
    picture_of(OTHER, 3, &small);
    picture_jpeg(&grey, 80, 0, &file);
    picture_jpeg(&small, 80, 0, &second);
    text_add(&file, "\0\0\0\0", 4);
    text_add(&file, second.data, second.length);
    text_add(&file,
             "\0\0\0\x18"
             "ftypmp42",
             12);
    expect_codes(&file, CODE, NULL);
}

static double milliseconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* What a picture of a few million pixels costs whose code is seen at first sight. */
static double milliseconds_of_a_picture(void)
{
    TEXT struct text file = TEXT_EMPTY;
    GREY struct grey grey = GREY_NONE;

    picture_init(&grey, 2400, 1801);
    picture_draw(&grey, CODE, 0, 1500, 301, 8);
    picture_png(&grey, PICTURE_COLOUR, 0, &file);
    double begin = milliseconds();
    expect_codes(&file, CODE, NULL);
    return milliseconds() - begin;
}

/* Refused before any pixel is looked at: for a part of what looking costs, on whatever machine. */
static void expect_refused_at_once(const struct text *file, enum decode_error error)
{
    static double most;

    if (most == 0)
        most = milliseconds_of_a_picture();
    double begin = milliseconds();
    expect(file, error);
    double took = milliseconds() - begin;
    if (took >= most)
        fail_msg("refused after %.0f ms, and a whole picture takes %.0f", took, most);
}

static void headers_that_promise_too_much_are_refused(void **state)
{
    TEXT struct text file = TEXT_EMPTY;
    GREY struct grey grey = GREY_NONE;
    (void)state;

    picture_of(CODE, 4, &grey);
    picture_png(&grey, PICTURE_GREY, 0, &file);
    damage(&file, 16, "\0\0\xFF\xDC\0\0\xFF\xDC", 8);
    expect_refused_at_once(&file, DECODE_TOO_LARGE);
    for (int progressive = 0; progressive < 2; progressive++) {
        picture_jpeg(&grey, 80, progressive, &file);
        const char *frame = memmem(file.data, file.length, progressive ? "\xFF\xC2" : "\xFF\xC0", 2);
        assert_non_null(frame);
        damage(&file, (size_t)(frame - file.data) + 5, "\xFF\xDC\xFF\xDC", 4);
        expect_refused_at_once(&file, DECODE_TOO_LARGE);
    }
    picture_webp(&grey, 1, &file);
    damage(&file, 21, "\xFF\xFF\xFF\x0F", 4); /* 16384 x 16384 */
    expect_refused_at_once(&file, DECODE_TOO_LARGE);
}

/* The first part of the file up to `at`, a million times the part, the rest. */
static void stuff(struct text *file, size_t at, const char *part, size_t length, size_t times)
{
    struct text stuffed = TEXT_EMPTY;

    text_add(&stuffed, file->data, at);
    for (size_t i = 0; i < times; i++)
        text_add(&stuffed, part, length);
    text_add(&stuffed, file->data + at, file->length - at);
    text_fini(file);
    *file = stuffed;
}

static void crowds_of_tiny_parts_are_refused(void **state)
{
    TEXT struct text file = TEXT_EMPTY;
    GREY struct grey grey = GREY_NONE;
    (void)state;

    picture_of(CODE, 4, &grey);
    picture_png(&grey, PICTURE_GREY, 0, &file);
    stuff(&file, 33, "\0\0\0\0IDAT\x35\xAF\x06\x1E", 12, 800000);
    expect_refused_at_once(&file, DECODE_BROKEN);
    picture_jpeg(&grey, 80, 0, &file);
    stuff(&file, 2, "\xFF\xFE\0\2", 4, 1000000);
    expect_refused_at_once(&file, DECODE_BROKEN);
    picture_jpeg(&grey, 80, 1, &file);
    const char *scan = memmem(file.data, file.length, "\xFF\xDA", 2);
    assert_non_null(scan);
    stuff(&file, (size_t)(scan - file.data), "\xFF\xDA\0\x08\1\1\0\0\0\0\0", 11, 5000);
    expect_refused_at_once(&file, DECODE_BROKEN);
    picture_webp(&grey, 0, &file);
    stuff(&file, file.length, "abcd\0\0\0\0", 8, 1000000);
    unsigned size = (unsigned)file.length - 8;
    damage(&file, 4, (const char[]){(char)size, (char)(size >> 8), (char)(size >> 16), (char)(size >> 24)},
           4);
    expect_refused_at_once(&file, DECODE_BROKEN);
}

static void files_that_are_too_long_are_refused(void **state)
{
    TEXT struct text file = TEXT_EMPTY;
    GREY struct grey grey = GREY_NONE;
    (void)state;

    picture_of(CODE, 4, &grey);
    picture_jpeg(&grey, 80, 0, &file);
    stuff(&file, file.length, "\0\0\0\0\0\0\0\0", 8, DECODE_BYTES_MAX / 8);
    expect_refused_at_once(&file, DECODE_TOO_LARGE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_no_format_that_is_known),
        cmocka_unit_test(what_is_no_picture_that_is_read_is_named),
        cmocka_unit_test(what_was_cut_off_is_broken),
        cmocka_unit_test(a_jpeg_with_a_hole_is_broken),
        cmocka_unit_test(a_png_with_a_wrong_checksum_is_broken),
        cmocka_unit_test(what_is_more_than_a_picture_is_refused),
        cmocka_unit_test(what_phones_append_to_a_jpeg_is_fine),
        cmocka_unit_test(headers_that_promise_too_much_are_refused),
        cmocka_unit_test(crowds_of_tiny_parts_are_refused),
        cmocka_unit_test(files_that_are_too_long_are_refused),
        cmocka_unit_test(nothing_is_in_a_picture_without_a_code),
        cmocka_unit_test(without_time_only_the_first_look_is_made),
        cmocka_unit_test(reads_every_kind_of_png),
        cmocka_unit_test(reads_jpeg_and_webp),
        cmocka_unit_test(reads_large_pictures),
        cmocka_unit_test(reads_codes_from_far_away),
        cmocka_unit_test(reads_what_was_turned_or_made_worse),
        cmocka_unit_test(two_codes_are_two_and_one_twice_is_one),
        cmocka_unit_test(texts_are_utf8),
        cmocka_unit_test(reads_micro_codes),
        cmocka_unit_test(a_micro_code_that_is_tiny_in_its_picture_is_ignored),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
