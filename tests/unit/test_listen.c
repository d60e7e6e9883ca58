/* SPDX-License-Identifier: Apache-2.0 */
#include "base/listen.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/test.h"

static void refuses_what_is_no_address(void **state)
{
    static const char *const bad[] = {
        "",       "8080",   "127.0.0.1", "127.0.0.1:",  ":",   ":http", "127.0.0.1:x",
        ":99999", ":65536", "[::1:8080", "256.1.1.1:0", ":-1", ":8 0"};
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        TEXT struct text why = TEXT_EMPTY;
        int fd = listen_on(bad[i], &why);
        if (fd >= 0) {
            close(fd);
            fail_msg("listens on \"%s\"", bad[i]);
        }
        if (!why.length || !strstr(text_get(&why), bad[i]))
            fail_msg("\"%s\": %s", bad[i], text_get(&why));
    }
}

static void says_when_the_port_is_taken(void **state)
{
    TEXT struct text name = TEXT_EMPTY;
    TEXT struct text why = TEXT_EMPTY;
    int fd = listen_on("127.0.0.1:0", &why);
    (void)state;

    assert_true(fd >= 0);
    listen_name(fd, &name);
    assert_int_equal(listen_on(text_get(&name), &why), -1);
    assert_non_null(strstr(text_get(&why), text_get(&name)));
    close(fd);
}

static void listens_where_it_is_told(void **state)
{
    static const char *const addresses[][2] = {
        {"127.0.0.1:0", "127.0.0.1:"}, {"localhost:0", ""}, {":0", ""}};
    (void)state;

    for (size_t i = 0; i < COUNT(addresses); i++) {
        TEXT struct text name = TEXT_EMPTY;
        TEXT struct text why = TEXT_EMPTY;
        int fd = listen_on(addresses[i][0], &why);
        if (fd < 0)
            fail_msg("%s", text_get(&why));
        listen_name(fd, &name);
        assert_int_equal(strncmp(text_get(&name), addresses[i][1], strlen(addresses[i][1])), 0);
        assert_null(strstr(text_get(&name) + strlen(text_get(&name)) - 2, ":0"));
        assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
        assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
        close(fd);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_is_no_address),
        cmocka_unit_test(says_when_the_port_is_taken),
        cmocka_unit_test(listens_where_it_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
