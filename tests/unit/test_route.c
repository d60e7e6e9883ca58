/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/route.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/test.h"

enum row { ROOT, REST, POST_ONLY, BOTH_GET, BOTH_POST, PARAMETER, PARAMETER_TAIL, ADMIN, ROWS };

static const struct http_route table[ROWS] = {
    [ROOT] = {HTTP_PUBLIC, HTTP_GET, "/", 0, NULL, NULL},
    [REST] = {HTTP_PUBLIC, HTTP_GET, "/r/{identifier...}", 0, NULL, NULL},
    [POST_ONLY] = {HTTP_PUBLIC, HTTP_POST, "/register", 10, NULL, NULL},
    [BOTH_GET] = {HTTP_PUBLIC, HTTP_GET, "/both", 0, NULL, NULL},
    [BOTH_POST] = {HTTP_PUBLIC, HTTP_POST, "/both", 10, NULL, NULL},
    [PARAMETER] = {HTTP_PUBLIC, HTTP_GET, "/things/{token}", 0, NULL, NULL},
    [PARAMETER_TAIL] = {HTTP_PUBLIC, HTTP_POST, "/things/{token}/retry", 0, NULL, NULL},
    [ADMIN] = {HTTP_ADMIN, HTTP_GET, "/livez", 0, NULL, NULL},
};

static struct route_match find(enum http_method method, const char *path)
{
    return route_find(table, ROWS, HTTP_PUBLIC, method, path);
}

static void unknown_paths_are_404(void **state)
{
    static const char *const unknown[] = {
        "",          "//",         "/regist",        "/registers",       "/register/",
        "/Register", "/things",    "/things/",       "/things/a/",       "/things/a/b",
        "/r",        "/r/",        "/things//retry", "/things/a/retry/", "/things/a/retryx",
        "/livez",    "/thingsx/a", "register",       "/both/",           "/things/{token}/x",
    };
    TEXT struct text allow = TEXT_EMPTY;
    (void)state;

    for (size_t i = 0; i < COUNT(unknown); i++) {
        struct route_match match = find(HTTP_GET, unknown[i]);
        if (match.route || match.path_known)
            fail_msg("%s: %s", unknown[i], match.route ? match.route->pattern : "path known");
        route_allowed(table, ROWS, HTTP_PUBLIC, unknown[i], &allow);
        assert_int_equal(allow.length, 0);
    }
    assert_null(route_find(table, 0, HTTP_PUBLIC, HTTP_GET, "/").route);
}

static void known_paths_with_other_methods_are_405(void **state)
{
    static const struct {
        enum http_method method;
        const char *path;
    } cases[] = {
        {HTTP_POST, "/"},
        {HTTP_GET, "/register"},
        {HTTP_METHOD_OTHER, "/register"},
        {HTTP_METHOD_OTHER, "/both"},
        {HTTP_POST, "/things/abc"},
        {HTTP_GET, "/things/abc/retry"},
        {HTTP_POST, "/r/a/b"},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct route_match match = find(cases[i].method, cases[i].path);
        if (match.route || !match.path_known)
            fail_msg("%s: %s", cases[i].path, match.route ? match.route->pattern : "path unknown");
        assert_null(match.parameter);
    }
}

static void allow_has_the_methods_of_the_path(void **state)
{
    static const struct {
        enum http_side side;
        const char *path, *allow;
    } cases[] = {
        {HTTP_PUBLIC, "/", "GET, HEAD"},           {HTTP_PUBLIC, "/register", "POST"},
        {HTTP_PUBLIC, "/both", "GET, HEAD, POST"}, {HTTP_PUBLIC, "/things/x/retry", "POST"},
        {HTTP_ADMIN, "/livez", "GET, HEAD"},       {HTTP_ADMIN, "/register", ""},
    };
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        TEXT struct text allow = TEXT_EMPTY;
        route_allowed(table, ROWS, cases[i].side, cases[i].path, &allow);
        assert_string_equal(text_get(&allow), cases[i].allow);
    }
}

static void sides_do_not_mix(void **state)
{
    (void)state;

    assert_null(find(HTTP_GET, "/livez").route);
    assert_ptr_equal(route_find(table, ROWS, HTTP_ADMIN, HTTP_GET, "/livez").route, &table[ADMIN]);
    assert_false(route_find(table, ROWS, HTTP_ADMIN, HTTP_GET, "/").path_known);
}

static void assert_parameter(enum http_method method, const char *path, enum row row, const char *parameter)
{
    struct route_match match = find(method, path);

    if (match.route != &table[row])
        fail_msg("%s: %s", path, match.route ? match.route->pattern : "none");
    assert_int_equal(match.index, row);
    assert_true(match.path_known);
    assert_int_equal(match.parameter_length, strlen(parameter));
    if (*parameter) {
        assert_in_range((uintptr_t)match.parameter, (uintptr_t)path, (uintptr_t)(path + strlen(path)));
        assert_memory_equal(match.parameter, parameter, strlen(parameter));
    } else {
        assert_null(match.parameter);
    }
}

static void finds_the_row_and_its_parameter(void **state)
{
    (void)state;

    assert_parameter(HTTP_GET, "/", ROOT, "");
    assert_parameter(HTTP_POST, "/register", POST_ONLY, "");
    assert_parameter(HTTP_GET, "/both", BOTH_GET, "");
    assert_parameter(HTTP_POST, "/both", BOTH_POST, "");
    assert_parameter(HTTP_GET, "/things/abc", PARAMETER, "abc");
    assert_parameter(HTTP_GET, "/things/a%2fb", PARAMETER, "a%2fb"); /* still encoded: no separator */
    assert_parameter(HTTP_GET, "/things/retry", PARAMETER, "retry");
    assert_parameter(HTTP_POST, "/things/abc/retry", PARAMETER_TAIL, "abc");
    assert_parameter(HTTP_POST, "/things/retry/retry", PARAMETER_TAIL, "retry");
    assert_parameter(HTTP_GET, "/things/..", PARAMETER, "..");
}

static void the_rest_may_have_slashes(void **state)
{
    (void)state;

    assert_parameter(HTTP_GET, "/r/abc", REST, "abc");
    assert_parameter(HTTP_GET, "/r/https://host/r/abc", REST, "https://host/r/abc");
    assert_parameter(HTTP_GET, "/r//", REST, "/");
    assert_parameter(HTTP_GET, "/r/a/", REST, "a/");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_paths_are_404),
        cmocka_unit_test(known_paths_with_other_methods_are_405),
        cmocka_unit_test(sides_do_not_mix),
        cmocka_unit_test(allow_has_the_methods_of_the_path),
        cmocka_unit_test(finds_the_row_and_its_parameter),
        cmocka_unit_test(the_rest_may_have_slashes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
