/* SPDX-License-Identifier: Apache-2.0 */
#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/test.h"

static char folder[] = "/tmp/test_file.XXXXXX";

static const char *in_folder(const char *name)
{
    static char path[64];

    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(in_folder("file"));
    return rmdir(folder);
}

static size_t entries(void)
{
    size_t count = 0;
    DIR *open_folder = opendir(folder);

    assert_non_null(open_folder);
    for (const struct dirent *entry; (entry = readdir(open_folder)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(open_folder);
    return count;
}

static void tells_what_cannot_be_read(void **state)
{
    char *out = folder;
    size_t length = 7;
    (void)state;

    assert_int_equal(file_read(in_folder("missing"), 10, &out, &length), ENOENT);
    assert_int_equal(file_read(folder, 10, &out, &length), EISDIR);
    assert_ptr_equal(out, folder);
    assert_int_equal(length, 7);
}

static void tells_what_cannot_be_replaced(void **state)
{
    (void)state;

    assert_int_equal(file_replace(in_folder("missing/file"), "x", 1, 0600), ENOENT);
    assert_int_equal(mkdir(in_folder("inner"), 0700), 0);
    assert_int_equal(file_replace(in_folder("inner"), "x", 1, 0600), EISDIR);
    assert_int_equal(entries(), 1); /* no temporary file is left */
    assert_int_equal(rmdir(in_folder("inner")), 0);
}

static void keeps_to_the_limit(void **state)
{
    char *out = NULL;
    size_t length = 7;
    (void)state;

    assert_int_equal(file_replace(in_folder("file"), "12345", 5, 0600), 0);
    assert_int_equal(file_read(in_folder("file"), 4, &out, &length), EFBIG);
    assert_null(out);
    assert_int_equal(length, 7);
    assert_int_equal(file_read(in_folder("file"), 5, &out, &length), 0);
    assert_int_equal(length, 5);
    assert_string_equal(out, "12345");
    free(out);
}

static void replaces_all_of_it(void **state)
{
    static char large[200000];
    char *out = NULL;
    size_t length = 0;
    struct stat status;
    (void)state;

    memset(large, 'x', sizeof large);
    assert_int_equal(file_replace(in_folder("file"), large, sizeof large, 0640), 0);
    assert_int_equal(stat(in_folder("file"), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0640);
    assert_int_equal(file_read(in_folder("file"), sizeof large, &out, &length), 0);
    assert_int_equal(length, sizeof large);
    assert_memory_equal(out, large, sizeof large);
    free(out);
    assert_int_equal(file_replace(in_folder("file"), "a\0b", 3, 0600), 0);
    assert_int_equal(file_read(in_folder("file"), 10, &out, &length), 0);
    assert_int_equal(length, 3);
    assert_memory_equal(out, "a\0b", 4);
    free(out);
    assert_int_equal(stat(in_folder("file"), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0600);
    assert_int_equal(entries(), 1);
}

static void takes_nothing_for_content(void **state)
{
    char *out = NULL;
    size_t length = 7;
    (void)state;

    assert_int_equal(file_replace(in_folder("file"), "", 0, 0600), 0);
    assert_int_equal(file_read(in_folder("file"), 0, &out, &length), 0);
    assert_int_equal(length, 0);
    assert_string_equal(out, "");
    free(out);
}

static void never_creates_over_another(void **state)
{
    char *out = NULL;
    size_t length = 0;
    char link[64];
    struct stat status;
    (void)state;

    assert_int_equal(file_create(in_folder("missing/file"), "x", 1, 0600), ENOENT);
    assert_int_equal(file_replace(in_folder("file"), "old", 3, 0600), 0);
    assert_int_equal(file_create(in_folder("file"), "new", 3, 0600), EEXIST);
    assert_int_equal(file_read(in_folder("file"), 10, &out, &length), 0);
    assert_string_equal(out, "old");
    free(out);
    unlink(in_folder("file"));
    snprintf(link, sizeof link, "%s/nowhere", folder);
    assert_int_equal(symlink(link, in_folder("file")), 0);
    assert_int_equal(file_create(in_folder("file"), "new", 3, 0600), EEXIST);
    assert_int_equal(lstat(link, &status), -1);
    assert_int_equal(entries(), 1);
    unlink(in_folder("file"));
}

static void creates_with_the_mode_that_is_said(void **state)
{
    char *out = NULL;
    size_t length = 0;
    struct stat status;
    mode_t mask = umask(0777);
    (void)state;

    int error = file_create(in_folder("file"), "a\0b", 3, 0640);
    umask(mask);
    assert_int_equal(error, 0);
    assert_int_equal(stat(in_folder("file"), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0640);
    assert_int_equal(file_read(in_folder("file"), 10, &out, &length), 0);
    assert_int_equal(length, 3);
    assert_memory_equal(out, "a\0b", 4);
    free(out);
    assert_int_equal(entries(), 1);
    unlink(in_folder("file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_what_cannot_be_read),
        cmocka_unit_test(tells_what_cannot_be_replaced),
        cmocka_unit_test(keeps_to_the_limit),
        cmocka_unit_test(replaces_all_of_it),
        cmocka_unit_test(takes_nothing_for_content),
        cmocka_unit_test(never_creates_over_another),
        cmocka_unit_test(creates_with_the_mode_that_is_said),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
