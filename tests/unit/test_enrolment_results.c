/* SPDX-License-Identifier: Apache-2.0 */
#include "account/enrolment/results.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "tests/unit/test.h"

static const struct enrolment_target target = {"123456789012", "us-east-1", "expresslink-module", "", ""};
static const struct enrolment_row good = {"a.pem", "thing-a", "aa", "registered", ""};
static const struct enrolment_row bad = {"b,\"1\".pem", "", "", "failed", "two\nlines, one"};

static char folder[] = "/tmp/results-XXXXXX";
static char path[64];

static int make_folder(void **state)
{
    (void)state;
    if (mkdtemp(folder) == NULL)
        return -1;
    snprintf(path, sizeof path, "%s/result.csv", folder);
    return 0;
}

static int remove_folder(void **state)
{
    (void)state;
    return rmdir(folder);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path) != 0 && errno != ENOENT ? -1 : 0;
}

static struct enrolment_results *open_file(void)
{
    TEXT struct text why = TEXT_EMPTY;
    struct enrolment_results *results = enrolment_results_open(path, &target, false, &why);

    if (results == NULL)
        fail_msg("%s", text_get(&why));
    return results;
}

static void add(struct enrolment_results *results, const struct enrolment_row *row)
{
    TEXT struct text why = TEXT_EMPTY;

    if (!enrolment_results_add(results, row, &why))
        fail_msg("%s", text_get(&why));
}

static void write_file(const char *text)
{
    assert_int_equal(file_replace(path, text, strlen(text), 0644), 0);
}

static char *read_file(void)
{
    char *content;
    size_t length;

    assert_int_equal(file_read(path, 1 << 20, &content, &length), 0);
    return content;
}

static void refuses(const struct enrolment_target *whose, const char *words)
{
    TEXT struct text why = TEXT_EMPTY;
    OWNED char *before = read_file();

    assert_null(enrolment_results_open(path, whose, false, &why));
    if (strstr(text_get(&why), words) == NULL)
        fail_msg("%s", text_get(&why));
    OWNED char *after = read_file();
    assert_string_equal(before, after);
}

static void another_file_is_left_alone(void **state)
{
    (void)state;
    write_file("thing,certificate\n");
    refuses(&target, "not a result file");
    write_file("notes");
    refuses(&target, "not a result file");
}

static void another_target_is_refused(void **state)
{
    struct enrolment_target other = target;
    struct enrolment_results *results = open_file();
    (void)state;

    add(results, &good);
    enrolment_results_close(results);
    other.region = "eu-west-1";
    refuses(&other, "region us-east-1, not eu-west-1");
    other = target;
    other.account = "999999999999";
    refuses(&other, "AWS account 123456789012, not 999999999999");
    other = target;
    other.thing_type = "lamp";
    refuses(&other, "thing type (none), not lamp");
}

static void one_batch_at_a_time(void **state)
{
    struct enrolment_results *results = open_file();
    (void)state;

    refuses(&target, "another batch writes to it");
    enrolment_results_close(results);
    enrolment_results_close(open_file());
}

static void goes_on_where_it_was(void **state)
{
    struct enrolment_results *results = open_file();
    (void)state;

    add(results, &good);
    add(results, &bad);
    OWNED char *first = read_file();
    enrolment_results_close(results);
    assert_non_null(
        strstr(first, "\na.pem,thing-a,aa,registered,,123456789012,us-east-1,expresslink-module,,\n"));
    assert_non_null(strstr(first, "\n\"b,\"\"1\"\".pem\",,,failed,\"two lines, one\",1"));

    results = open_file();
    assert_string_equal(enrolment_results_thing(results, "aa"), "thing-a");
    assert_null(enrolment_results_thing(results, ""));
    add(results, &bad); /* it is there already */
    enrolment_results_close(results);
    OWNED char *second = read_file();
    assert_string_equal(first, second);
}

static void half_a_row_is_cut_off(void **state)
{
    struct enrolment_results *results = open_file();
    (void)state;

    add(results, &good);
    enrolment_results_close(results);
    OWNED char *whole = read_file();
    TEXT struct text torn = TEXT_EMPTY;
    text_printf(&torn, "%sc.pem,thing-c,cc,regis", whole);
    write_file(torn.data);
    results = open_file();
    assert_null(enrolment_results_thing(results, "cc"));
    enrolment_results_close(results);
    OWNED char *mended = read_file();
    assert_string_equal(mended, whole);

    write_file("source,thi"); /* of the titles, too */
    enrolment_results_close(open_file());
    OWNED char *begun = read_file();
    assert_int_equal(strncmp(begun, "source,thing,certificate_id,result,why,", 39), 0);
}

static void nothing_is_made_to_look_only(void **state)
{
    TEXT struct text why = TEXT_EMPTY;
    struct enrolment_results *results = enrolment_results_open(path, &target, true, &why);
    (void)state;

    assert_non_null(results);
    add(results, &good);
    enrolment_results_close(results);
    assert_int_equal(access(path, F_OK), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(another_file_is_left_alone, remove_file),
        cmocka_unit_test_teardown(another_target_is_refused, remove_file),
        cmocka_unit_test_teardown(one_batch_at_a_time, remove_file),
        cmocka_unit_test_teardown(goes_on_where_it_was, remove_file),
        cmocka_unit_test_teardown(half_a_row_is_cut_off, remove_file),
        cmocka_unit_test_teardown(nothing_is_made_to_look_only, remove_file),
    };

    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
