/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/frame.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "tests/unit/test.h"

#define NUMBER(n)                                                                                            \
    (unsigned char)(n), (unsigned char)((n) >> 8), (unsigned char)((n) >> 16), (unsigned char)((n) >> 24)
#define HEADER(kind, error, count, rest)                                                                     \
    {                                                                                                        \
        'E', 'L', 'd', kind, NUMBER(error), NUMBER(count), NUMBER(rest)                                      \
    }

static void headers_that_no_sound_process_sends_are_refused(void **state)
{
    static const unsigned char headers[][FRAME_ANSWER_SIZE] = {
        {0},
        HEADER('q', DECODE_OK, 1, 5),                       /* another kind of frame */
        HEADER('r', DECODE_OK, 0, 0),                       /* ready, where an answer is awaited */
        HEADER('a', DECODE_OK, 0, 0),                       /* found, and no text */
        HEADER('a', DECODE_OK, 1, 3),                       /* no room for a length */
        HEADER('a', DECODE_OK, 1, 4 + DECODE_TEXT_MAX + 1), /* more than a text may have */
        HEADER('a', DECODE_OK, DECODE_CODES_MAX + 1, 100),
        HEADER('a', DECODE_OK, DECODE_CODES_MAX, FRAME_REST_MAX + 1),
        HEADER('a', DECODE_OK, 1, 0xffffffffU),
        HEADER('a', DECODE_OK, 0xffffffffU, 0xffffffffU),
        HEADER('a', DECODE_NO_CODE, 1, 5), /* not found, and a text */
        HEADER('a', DECODE_NO_CODE, 0, 1),
        HEADER('a', DECODE_TOO_SLOW, 0, 0), /* what only the parent can tell */
        HEADER('a', DECODE_CRASHED, 0, 0),
        HEADER('a', DECODE_UNAVAILABLE, 0, 0),
        HEADER('a', DECODE_UNAVAILABLE, 1, 5),
        HEADER('a', DECODE_UNAVAILABLE + 1, 0, 0),
        HEADER('a', 0xffffffffU, 0, 0),
    };
    struct frame_answer answer = {.rest = 77};
    (void)state;

    for (size_t i = 0; i < COUNT(headers); i++)
        if (frame_read_answer(headers[i], FRAME_ANSWER, &answer))
            fail_msg("number %zu is taken", i);
    assert_int_equal(answer.rest, 77);
}

static void ready_is_plain_or_has_a_reason(void **state)
{
    static const unsigned char wrong[][FRAME_ANSWER_SIZE] = {
        HEADER('a', DECODE_OK, 1, 5),           HEADER('r', DECODE_OK, 1, 5),
        HEADER('r', DECODE_BROKEN, 0, 0),       HEADER('r', DECODE_UNAVAILABLE, 0, 0),
        HEADER('r', DECODE_UNAVAILABLE, 2, 10),
    };
    static const unsigned char plain[] = HEADER('r', DECODE_OK, 0, 0);
    static const unsigned char reason[] = HEADER('r', DECODE_UNAVAILABLE, 1, 9);
    struct frame_answer answer;
    (void)state;

    for (size_t i = 0; i < COUNT(wrong); i++)
        if (frame_read_answer(wrong[i], FRAME_READY, &answer))
            fail_msg("number %zu is taken", i);
    assert_true(frame_read_answer(plain, FRAME_READY, &answer));
    assert_int_equal(answer.error, DECODE_OK);
    assert_true(frame_read_answer(reason, FRAME_READY, &answer));
    assert_int_equal(answer.error, DECODE_UNAVAILABLE);
    assert_int_equal(answer.rest, 9);
}

static void texts_that_do_not_fill_their_frame_are_refused(void **state)
{
    static const struct {
        size_t count, rest;
        unsigned char bytes[16];
    } cases[] = {
        {1, 4, {NUMBER(1)}},                         /* longer than the frame */
        {1, 6, {NUMBER(1), 'a', 'b'}},               /* shorter */
        {1, 5, {NUMBER(0xffffffffU), 'a'}},          /* much longer */
        {2, 10, {NUMBER(6), 'a', 'b', 'c', 'd', 0}}, /* the first takes the second's place */
        {2, 11, {NUMBER(4), 'a', 'b', 'c', 'd', 0, 0, 0}},
        {2, 12, {NUMBER(1), 'a', NUMBER(5), 'b', 'c', 'd'}},
    };
    struct decode_result result = {.count = 77};
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct frame_answer answer = {FRAME_ANSWER, DECODE_OK, cases[i].count, cases[i].rest};
        OWNED unsigned char *exact =
            memory_new(cases[i].rest, 1); /* one byte too far is seen by a sanitizer */
        memcpy(exact, cases[i].bytes, cases[i].rest);
        if (frame_read_texts(&answer, exact, &result))
            fail_msg("number %zu is taken", i);
    }
    assert_int_equal(result.count, 77);
}

static void too_long_a_text_is_refused_in_a_frame_that_has_room(void **state)
{
    struct frame_answer answer = {FRAME_ANSWER, DECODE_OK, 2, 2 * (4 + DECODE_TEXT_MAX)};
    OWNED unsigned char *rest = memory_new(answer.rest, 1);
    struct decode_result result;
    const unsigned char first[] = {NUMBER(DECODE_TEXT_MAX + 1)}, second[] = {NUMBER(DECODE_TEXT_MAX - 1)};
    (void)state;

    memcpy(rest, first, sizeof first);
    memcpy(rest + 4 + DECODE_TEXT_MAX + 1, second, sizeof second);
    assert_false(frame_read_texts(&answer, rest, &result));
}

static void what_is_written_is_read(void **state)
{
    struct decode_code codes[DECODE_CODES_MAX];
    OWNED char *longest = memory_new(DECODE_TEXT_MAX, 1);
    TEXT struct text frame = TEXT_EMPTY;
    struct decode_result result;
    struct frame_answer answer;
    (void)state;

    memset(longest, 'x', DECODE_TEXT_MAX);
    for (size_t i = 0; i < DECODE_CODES_MAX; i++)
        codes[i] = (struct decode_code){longest, i % 2 ? i : DECODE_TEXT_MAX - i};
    frame_add_answer(&frame, FRAME_ANSWER, DECODE_OK, codes, DECODE_CODES_MAX);
    const unsigned char *bytes = (const unsigned char *)frame.data;
    assert_true(frame_read_answer(bytes, FRAME_ANSWER, &answer));
    assert_int_equal(frame.length, FRAME_ANSWER_SIZE + answer.rest);
    assert_true(frame_read_texts(&answer, bytes + FRAME_ANSWER_SIZE, &result));
    assert_int_equal(result.count, DECODE_CODES_MAX);
    for (size_t i = 0; i < result.count; i++) {
        assert_int_equal(result.codes[i].length, codes[i].length);
        assert_memory_equal(result.codes[i].text, longest, codes[i].length);
        assert_int_equal(result.codes[i].text[codes[i].length], '\0');
    }
    decode_result_fini(&result);
}

static void a_text_may_be_empty_and_hold_nuls(void **state)
{
    struct decode_code codes[] = {{(char[]){""}, 0}, {(char[]){"a\0b"}, 3}};
    TEXT struct text frame = TEXT_EMPTY;
    struct decode_result result;
    struct frame_answer answer;
    (void)state;

    frame_add_answer(&frame, FRAME_ANSWER, DECODE_OK, codes, 2);
    assert_true(frame_read_answer((unsigned char *)frame.data, FRAME_ANSWER, &answer));
    assert_true(frame_read_texts(&answer, (unsigned char *)frame.data + FRAME_ANSWER_SIZE, &result));
    assert_int_equal(result.codes[0].length, 0);
    assert_int_equal(result.codes[1].length, 3);
    assert_memory_equal(result.codes[1].text, "a\0b", 4);
    decode_result_fini(&result);
}

static void questions(void **state)
{
    unsigned char bytes[FRAME_QUESTION_SIZE];
    size_t length = 77;
    (void)state;

    assert_false(frame_read_question((const unsigned char *)"ELdaxxxx", &length));
    assert_int_equal(length, 77);
    frame_write_question(DECODE_BYTES_MAX, bytes);
    assert_memory_equal(bytes, "ELdq\0\0\xa0\0", 8);
    assert_true(frame_read_question(bytes, &length));
    assert_int_equal(length, DECODE_BYTES_MAX);
}

static void hostile_texts_are_shown_harmless(void **state)
{
    static const struct {
        const char *text, *shown;
        size_t length;
    } cases[] = {
        {"plain text \xc3\xa9", "plain text \xc3\xa9", 13},
        {"\x1b[2J\r\n\t", "\\x1b[2J\\x0d\\x0a\\x09", 7},
        {"a\0b", "a\\x00b", 3},
        {"C:\\x1b", "C:\\x5cx1b", 6}, /* nobody can write an escape of his own */
        {"\xc2\x9b"
         "1m",
         "\\xc2\\x9b1m", 4},                    /* a control of eight bits */
        {"\xe2\x80\xae", "\\xe2\\x80\\xae", 3}, /* right to left from here */
        {"\xff\xc3", "\\xff\\xc3", 2},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        OWNED char *copy = memory_new(cases[i].length, 1);
        TEXT struct text shown = TEXT_EMPTY;
        memcpy(copy, cases[i].text, cases[i].length);
        decode_code_show(&(struct decode_code){copy, cases[i].length}, &shown);
        assert_string_equal(text_get(&shown), cases[i].shown);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(headers_that_no_sound_process_sends_are_refused),
        cmocka_unit_test(ready_is_plain_or_has_a_reason),
        cmocka_unit_test(texts_that_do_not_fill_their_frame_are_refused),
        cmocka_unit_test(too_long_a_text_is_refused_in_a_frame_that_has_room),
        cmocka_unit_test(what_is_written_is_read),
        cmocka_unit_test(a_text_may_be_empty_and_hold_nuls),
        cmocka_unit_test(questions),
        cmocka_unit_test(hostile_texts_are_shown_harmless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
