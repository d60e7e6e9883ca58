/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/connection_files.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "tests/unit/test.h"

static char folder[] = "/tmp/test_connection_files.XXXXXX";
static char paths[3][64];
static struct account_connection connection;
static long long now = 1000;

static void write_file(int index, const char *text)
{
    assert_int_equal(file_replace(paths[index], text, strlen(text), 0600), 0);
}

static int make_files(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    for (int i = 0; i < 3; i++) {
        snprintf(paths[i], sizeof paths[i], "%s/%d", folder, i);
        write_file(i, "old");
    }
    connection =
        (struct account_connection){.ca_file = paths[0], .cert_file = paths[1], .key_file = paths[2]};
    return 0;
}

static int remove_files(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        unlink(paths[i]);
    return rmdir(folder);
}

static bool changed(struct connection_files *files)
{
    now += CONNECTION_FILES_CHECK_MS;
    return connection_files_changed(files, &connection, now);
}

static void nothing_changes(void **state)
{
    struct connection_files files = {0};
    (void)state;

    for (int i = 0; i < 5; i++)
        assert_false(changed(&files));
}

static void each_file_counts_once(void **state)
{
    struct connection_files files = {0};
    (void)state;

    assert_false(changed(&files));
    for (int i = 0; i < 3; i++) {
        write_file(i, "new");
        assert_false(connection_files_changed(&files, &connection, now + 1)); /* not yet */
        assert_false(changed(&files));                                        /* another file may follow */
        assert_true(changed(&files));
        assert_false(changed(&files));
    }
}

static void a_renewal_of_two_files_is_one_change(void **state)
{
    struct connection_files files = {0};
    (void)state;

    assert_false(changed(&files));
    write_file(1, "certificate");
    assert_false(changed(&files));
    write_file(2, "key");
    assert_false(changed(&files));
    assert_true(changed(&files));
}

static void one_that_is_put_back_is_no_change(void **state)
{
    struct connection_files files = {0};
    char aside[80];
    (void)state;

    assert_false(changed(&files));
    snprintf(aside, sizeof aside, "%s.aside", paths[1]);
    assert_int_equal(rename(paths[1], aside), 0);
    assert_false(changed(&files));
    assert_int_equal(rename(aside, paths[1]), 0);
    assert_false(changed(&files));
    assert_false(changed(&files));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_changes),
        cmocka_unit_test(each_file_counts_once),
        cmocka_unit_test(a_renewal_of_two_files_is_one_change),
        cmocka_unit_test(one_that_is_put_back_is_no_change),
    };
    return cmocka_run_group_tests(tests, make_files, remove_files);
}
