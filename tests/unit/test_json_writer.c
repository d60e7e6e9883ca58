/* SPDX-License-Identifier: Apache-2.0 */
#include "base/json_writer.h"

#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/json.h"
#include "tests/unit/test.h"

static struct text written; /* what a mistake adds to */
static struct json_writer mistaken;

/* ---- mistakes: each is made by a child, in an object that is open ---- */

static void forget_the_name(void)
{
    json_write_null(&mistaken, NULL);
}

static void name_an_element(void)
{
    json_begin_array(&mistaken, "list");
    json_write_null(&mistaken, "name");
}

static void end_another_kind(void)
{
    json_end_array(&mistaken);
}

static void end_twice(void)
{
    json_end_object(&mistaken);
    json_end_object(&mistaken);
}

static void write_a_second_document(void)
{
    json_end_object(&mistaken);
    json_begin_array(&mistaken, NULL);
}

static void name_the_document(void)
{
    json_end_object(&mistaken);
    json_writer_finish(&mistaken);
    json_write_integer(&mistaken, "name", 1);
}

static void finish_too_early(void)
{
    json_writer_finish(&mistaken);
}

static void finish_nothing(void)
{
    struct json_writer nothing = json_writer_into(&written);

    json_writer_finish(&nothing);
}

static void nest_too_deep(void)
{
    json_begin_array(&mistaken, "list");
    for (int i = 2; i <= JSON_DEPTH_MAX; i++)
        json_begin_array(&mistaken, NULL);
}

static void write_no_text(void)
{
    json_write_text(&mistaken, "text", NULL);
}

static void write_nothing_raw(void)
{
    json_write_raw(&mistaken, "raw", "", 0);
}

static void break_outside(void)
{
    json_end_object(&mistaken);
    json_write_break(&mistaken);
}

static void make_none(void)
{
}

static int status_of(void (*mistake)(void))
{
    pid_t child = fork();
    int status = 0;

    assert_true(child >= 0);
    if (child == 0) {
        setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
        signal(SIGABRT, SIG_DFL);
        close(STDERR_FILENO);
        mistaken = json_writer_into(&written);
        json_begin_object(&mistaken, NULL);
        mistake();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

static void mistakes_of_the_program_abort(void **state)
{
    static void (*const mistakes[])(void) = {
        forget_the_name,         name_an_element,   end_another_kind,  end_twice,
        write_a_second_document, name_the_document, finish_too_early,  finish_nothing,
        nest_too_deep,           write_no_text,     write_nothing_raw, break_outside,
    };
    (void)state;

    assert_int_equal(status_of(make_none), 0);
    for (size_t i = 0; i < COUNT(mistakes); i++) {
        int status = status_of(mistakes[i]);
        if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGABRT)
            fail_msg("mistake %zu does not abort", i);
    }
}

/* ---- what is written ---- */

static void all_kinds_of_values(void **state)
{
    TEXT struct text out = TEXT_EMPTY;
    struct json_writer json = json_writer_into(&out);
    (void)state;

    json_begin_object(&json, NULL);
    json_write_text(&json, "text", "a");
    json_write_text_or_null(&json, "some", "b");
    json_write_text_or_null(&json, "none", NULL);
    json_begin_array(&json, "list");
    json_write_boolean(&json, NULL, true);
    json_write_boolean(&json, NULL, false);
    json_write_null(&json, NULL);
    json_begin_object(&json, NULL);
    json_end_object(&json);
    json_begin_array(&json, NULL);
    json_end_array(&json);
    json_write_decimal(&json, NULL, 0.0625, 3);
    json_write_raw(&json, NULL, "{\"x\": 1}...", 8);
    json_end_array(&json);
    json_write_integer(&json, "last", -1);
    json_end_object(&json);
    json_writer_finish(&json);
    assert_string_equal(text_get(&out),
                        "{\"text\":\"a\",\"some\":\"b\",\"none\":null,\"list\":[true,false,null,{},[],0.062,"
                        "{\"x\": 1}],\"last\":-1}");
}

static void documents_follow_each_other(void **state)
{
    TEXT struct text out = TEXT_EMPTY;
    struct json_writer json = json_writer_into(&out);
    (void)state;

    for (int i = 0; i < 3; i++) {
        json_begin_array(&json, NULL);
        json_write_integer(&json, NULL, i);
        json_end_array(&json);
        json_writer_finish(&json);
        text_puts(&out, "\n");
    }
    json_write_text(&json, NULL, "alone");
    json_writer_finish(&json);
    assert_string_equal(text_get(&out), "[0]\n[1]\n[2]\n\"alone\"");
}

static void sent_between_two_calls(void **state)
{
    TEXT struct text out = TEXT_EMPTY, sent = TEXT_EMPTY;
    struct json_writer json = json_writer_into(&out);
    (void)state;

    json_begin_array(&json, NULL);
    for (int i = 0; i < 4; i++) {
        json_write_integer(&json, NULL, i);
        text_puts(&sent, text_get(&out));
        text_clear(&out);
    }
    json_end_array(&json);
    json_writer_finish(&json);
    assert_string_equal(text_get(&out), "]");
    assert_string_equal(text_get(&sent), "[0,1,2,3");
}

static void lines_break_where_wanted(void **state)
{
    TEXT struct text out = TEXT_EMPTY;
    struct json_writer json = json_writer_into(&out);
    (void)state;

    json_begin_object(&json, NULL);
    json_write_integer(&json, "a", 1);
    json_write_break(&json);
    json_begin_array(&json, "list");
    for (int i = 0; i < 2; i++) {
        json_write_break(&json);
        json_write_integer(&json, NULL, i);
    }
    json_write_break(&json);
    json_end_array(&json);
    json_end_object(&json);
    json_writer_finish(&json);
    assert_string_equal(text_get(&out), "{\"a\":1,\n\"list\":[\n0,\n1\n]}");
}

static void numbers_at_their_limits(void **state)
{
    TEXT struct text out = TEXT_EMPTY;
    struct json_writer json = json_writer_into(&out);
    (void)state;

    json_begin_array(&json, NULL);
    json_write_integer(&json, NULL, LLONG_MIN);
    json_write_integer(&json, NULL, LLONG_MAX);
    json_write_unsigned(&json, NULL, ULLONG_MAX);
    json_write_unsigned(&json, NULL, 0);
    json_write_decimal(&json, NULL, -2.5, 0);
    json_write_decimal(&json, NULL, 1e21, 1);
    json_write_decimal(&json, NULL, NAN, 1);
    json_write_decimal(&json, NULL, -INFINITY, 1);
    json_end_array(&json);
    json_writer_finish(&json);
    assert_string_equal(text_get(&out), "[-9223372036854775808,9223372036854775807,18446744073709551615,0,-2,"
                                        "1000000000000000000000.0,null,null]");
}

static void escapes_in_texts(void **state)
{
    static const struct {
        const char *string, *json;
    } cases[] = {
        {"", "\"\""},
        {"a\"b\\c/", "\"a\\\"b\\\\c/\""},
        {"\n\r\t\b\001\037\177", "\"\\u000a\\u000d\\u0009\\u0008\\u0001\\u001f\\u007f\""},
        {"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80", "\"\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80\""},
        {"a\xFFz", "\"a\\ufffdz\""},
        {"\xC3", "\"\\ufffd\""},
        {"\xC0\x80", "\"\\ufffd\\ufffd\""},                       /* an overlong NUL */
        {"\xED\xA0\x80", "\"\\ufffd\\ufffd\\ufffd\""},            /* a surrogate */
        {"\xF4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\""}, /* above U+10FFFF */
    };
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        TEXT struct text out = TEXT_EMPTY;
        struct json_writer json = json_writer_into(&out);
        json_write_text(&json, NULL, cases[i].string);
        json_writer_finish(&json);
        assert_string_equal(text_get(&out), cases[i].json);
    }
}

static void escapes_in_names(void **state)
{
    TEXT struct text out = TEXT_EMPTY;
    struct json_writer json = json_writer_into(&out);
    (void)state;

    json_begin_object(&json, NULL);
    json_write_null(&json, "a\"\n\xFF");
    json_write_null(&json, "");
    json_end_object(&json);
    json_writer_finish(&json);
    assert_string_equal(text_get(&out), "{\"a\\\"\\u000a\\ufffd\":null,\"\":null}");
}

static void hidden_characters_become_visible(void **state)
{
    static const char text[] = "a\0b\xE2\x80\xAE\xC2\xA0\xF3\xA0\x80\x81\xF4\x8F\xBF\xBF\"\xFF\xC3\xA4";
    TEXT struct text out = TEXT_EMPTY;
    struct json_writer json = json_writer_into(&out);
    (void)state;

    json_write_visible(&json, NULL, text, sizeof text - 1);
    json_writer_finish(&json);
    assert_string_equal(text_get(&out),
                        "\"a\\u0000b\\u202e\xC2\xA0\\udb40\\udc01\\udbff\\udfff\\\"\\ufffd\xC3\xA4\"");
}

/* ---- cJSON reads the same back ---- */

static void deep_as_it_may_be(void **state)
{
    TEXT struct text out = TEXT_EMPTY;
    struct json_writer json = json_writer_into(&out);
    (void)state;

    /* objects and arrays in turn, each with an item before and one after its inner one */
    for (int i = 0; i < JSON_DEPTH_MAX; i++) {
        const char *name = i % 2 ? "inner" : NULL; /* the even levels are objects */
        if (i % 2 == 0)
            json_begin_object(&json, name);
        else
            json_begin_array(&json, name);
        json_write_integer(&json, i % 2 ? NULL : "before", i);
    }
    for (int i = JSON_DEPTH_MAX - 1; i >= 0; i--) {
        json_write_integer(&json, i % 2 ? NULL : "after", i);
        if (i % 2 == 0)
            json_end_object(&json);
        else
            json_end_array(&json);
    }
    json_writer_finish(&json);

    JSON cJSON *read = json_object_parse(text_get(&out), out.length);
    assert_non_null(read);
    const cJSON *level = read;
    for (int i = 0; i < JSON_DEPTH_MAX; i++) {
        bool innermost = i == JSON_DEPTH_MAX - 1;
        assert_true(i % 2 ? cJSON_IsArray(level) : cJSON_IsObject(level));
        assert_int_equal(cJSON_GetArraySize(level), innermost ? 2 : 3);
        assert_int_equal(cJSON_GetArrayItem(level, 0)->valueint, i);
        assert_int_equal(cJSON_GetArrayItem(level, innermost ? 1 : 2)->valueint, i);
        level = cJSON_GetArrayItem(level, 1);
    }
}

static void prints_lines(void **state)
{
    TEXT struct text out = TEXT_EMPTY;
    struct json_writer json = json_writer_into(&out);
    FILE *file = tmpfile();
    char printed[64];
    (void)state;

    assert_non_null(file);
    json_write_integer(&json, NULL, 1);
    json_writer_print(&json, file);
    assert_int_equal(out.length, 0);
    json_begin_object(&json, NULL);
    json_write_text(&json, "a", "b\n");
    json_end_object(&json);
    json_writer_print(&json, file);
    rewind(file);
    printed[fread(printed, 1, sizeof printed - 1, file)] = '\0';
    assert_string_equal(printed, "1\n{\"a\":\"b\\u000a\"}\n");
    fclose(file);
}

static void random_text(unsigned *seed, size_t length, char *out)
{
    static const char *const pieces[] = {"a",    "\"",       "\\",           "\n",
                                         "\177", "\xC3\xA4", "\xE2\x80\xAE", "\xF0\x9F\x98\x80"};
    char *at = out;

    for (size_t i = 0; i < length; i++) {
        const char *piece = pieces[(unsigned)rand_r(seed) % COUNT(pieces)];
        at = stpcpy(at, piece);
    }
    *at = '\0';
}

static void texts_come_back(void **state)
{
    unsigned seed = 1;
    char name[64], value[512];
    (void)state;

    for (int i = 0; i < 2000; i++) {
        TEXT struct text out = TEXT_EMPTY;
        struct json_writer json = json_writer_into(&out);
        random_text(&seed, (size_t)i % 12, name);
        random_text(&seed, (size_t)i % 100, value);
        json_begin_array(&json, NULL);
        json_write_visible(&json, NULL, value, strlen(value));
        json_begin_object(&json, NULL);
        json_write_text(&json, name, value);
        json_end_object(&json);
        json_end_array(&json);
        json_writer_finish(&json);
        JSON cJSON *read = cJSON_Parse(text_get(&out));
        assert_non_null(read);
        assert_string_equal(cJSON_GetArrayItem(read, 0)->valuestring, value);
        assert_string_equal(cJSON_GetArrayItem(read, 1)->child->string, name);
        assert_string_equal(cJSON_GetArrayItem(read, 1)->child->valuestring, value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_of_the_program_abort),
        cmocka_unit_test(all_kinds_of_values),
        cmocka_unit_test(documents_follow_each_other),
        cmocka_unit_test(sent_between_two_calls),
        cmocka_unit_test(lines_break_where_wanted),
        cmocka_unit_test(numbers_at_their_limits),
        cmocka_unit_test(escapes_in_texts),
        cmocka_unit_test(escapes_in_names),
        cmocka_unit_test(hidden_characters_become_visible),
        cmocka_unit_test(deep_as_it_may_be),
        cmocka_unit_test(prints_lines),
        cmocka_unit_test(texts_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
