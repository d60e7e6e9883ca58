/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/route.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/test.h"

enum row {
    ROOT,
    REST,
    POST_ONLY,
    BOTH_GET,
    BOTH_POST,
    PARAMETER,
    PARAMETER_TAIL,
    ADMIN,
    NOTE_GET,
    NOTE_PATCH,
    NOTE_DELETE,
    NOTE_HEAD,
    NOTE_PUT,
    FILES,
    FOUR,
    ROWS
};

static const struct http_route table[ROWS] = {
    [ROOT] = {HTTP_PUBLIC, HTTP_GET, "/", 0, NULL, NULL},
    [REST] = {HTTP_PUBLIC, HTTP_GET, "/r/{identifier...}", 0, NULL, NULL},
    [POST_ONLY] = {HTTP_PUBLIC, HTTP_POST, "/register", 10, NULL, NULL},
    [BOTH_GET] = {HTTP_PUBLIC, HTTP_GET, "/both", 0, NULL, NULL},
    [BOTH_POST] = {HTTP_PUBLIC, HTTP_POST, "/both", 10, NULL, NULL},
    [PARAMETER] = {HTTP_PUBLIC, HTTP_GET, "/things/{token}", 0, NULL, NULL},
    [PARAMETER_TAIL] = {HTTP_PUBLIC, HTTP_POST, "/things/{token}/retry", 0, NULL, NULL},
    [ADMIN] = {HTTP_ADMIN, HTTP_GET, "/livez", 0, NULL, NULL},
    [NOTE_GET] = {HTTP_PUBLIC, HTTP_GET, "/owners/{owner}/notes/{note}", 0, NULL, NULL},
    [NOTE_PATCH] = {HTTP_PUBLIC, HTTP_PATCH, "/owners/{owner}/notes/{note}", 0, NULL, NULL},
    [NOTE_DELETE] = {HTTP_PUBLIC, HTTP_DELETE, "/owners/{owner}/notes/{note}", 0, NULL, NULL},
    [NOTE_HEAD] = {HTTP_PUBLIC, HTTP_HEAD, "/owners/{owner}/notes/{note}", 0, NULL, NULL},
    [NOTE_PUT] = {HTTP_PUBLIC, HTTP_PUT, "/owners/{owner}/notes/{note}", 0, NULL, NULL},
    [FILES] = {HTTP_PUBLIC, HTTP_GET, "/owners/{owner}/files/{path...}", 0, NULL, NULL},
    [FOUR] = {HTTP_PUBLIC, HTTP_GET, "/four/{a}/{ab}/{abc}/{b...}", 0, NULL, NULL},
};

static struct route_match find(enum http_method method, const char *path)
{
    return route_find(table, ROWS, HTTP_PUBLIC, method, path);
}

static void unknown_paths_are_404(void **state)
{
    static const char *const unknown[] = {
        "",
        "//",
        "/regist",
        "/registers",
        "/register/",
        "/Register",
        "/things",
        "/things/",
        "/things/a/",
        "/things/a/b",
        "/r",
        "/r/",
        "/things//retry",
        "/things/a/retry/",
        "/things/a/retryx",
        "/livez",
        "/thingsx/a",
        "register",
        "/both/",
        "/things/{token}/x",
        "/owners//notes/b",
        "/owners/a/notes/",
        "/owners/a/notes",
        "/owners/a/b/notes/c",
        "/owners/a/notes/b/c",
        "/owners/a/files/",
        "/four/1/2/3",
        "/four/1/2/3/",
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
        assert_int_equal(match.parameter_count, 0);
    }
}

static void allow_has_the_methods_of_the_path(void **state)
{
    static const struct {
        enum http_side side;
        const char *path, *allow;
    } cases[] = {
        {HTTP_PUBLIC, "/", "GET, HEAD"},
        {HTTP_PUBLIC, "/register", "POST"},
        {HTTP_PUBLIC, "/both", "GET, HEAD, POST"},
        {HTTP_PUBLIC, "/things/x/retry", "POST"},
        {HTTP_PUBLIC, "/owners/1/notes/2", "GET, HEAD, PUT, PATCH, DELETE"},
        {HTTP_ADMIN, "/livez", "GET, HEAD"},
        {HTTP_ADMIN, "/register", ""},
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
    const struct route_parameter *found = &match.parameters[0];

    if (match.route != &table[row])
        fail_msg("%s: %s", path, match.route ? match.route->pattern : "none");
    assert_int_equal(match.index, row);
    assert_true(match.path_known);
    assert_int_equal(match.parameter_count, *parameter ? 1 : 0);
    if (!*parameter)
        return;
    assert_int_equal(found->length, strlen(parameter));
    assert_in_range((uintptr_t)found->start, (uintptr_t)path, (uintptr_t)(path + strlen(path)));
    assert_memory_equal(found->start, parameter, strlen(parameter));
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

static void assert_parameters(const char *path, enum row row, size_t count, const char *const *parameters)
{
    struct route_match match = find(HTTP_GET, path);

    if (match.route != &table[row])
        fail_msg("%s: %s", path, match.route ? match.route->pattern : "none");
    assert_int_equal(match.parameter_count, count);
    for (size_t i = 0; i < count; i++) {
        assert_int_equal(match.parameters[i].length, strlen(parameters[i]));
        assert_memory_equal(match.parameters[i].start, parameters[i], strlen(parameters[i]));
    }
}

static void a_path_may_have_several_parameters(void **state)
{
    (void)state;

    assert_parameters("/owners/a/notes/b", NOTE_GET, 2, (const char *const[]){"a", "b"});
    assert_parameters("/owners/notes/notes/notes", NOTE_GET, 2, (const char *const[]){"notes", "notes"});
    assert_parameters("/owners/a%2fb/notes/%00", NOTE_GET, 2, (const char *const[]){"a%2fb", "%00"});
    assert_parameters("/owners/a/files/b/c/", FILES, 2, (const char *const[]){"a", "b/c/"});
    assert_parameters("/four/1/2/3/4/5", FOUR, 4, (const char *const[]){"1", "2", "3", "4/5"});
}

static void parameters_are_found_by_their_names(void **state)
{
    (void)state;

    assert_int_equal(route_parameter("/four/{a}/{ab}/{abc}/{b...}", "c"), HTTP_PARAMETERS_MAX);
    assert_int_equal(route_parameter("/four/{a}/{ab}/{abc}/{b...}", ""), HTTP_PARAMETERS_MAX);
    assert_int_equal(route_parameter("/four", "four"), HTTP_PARAMETERS_MAX);
    assert_int_equal(route_parameter("/four/{a}/{ab}/{abc}/{b...}", "a"), 0);
    assert_int_equal(route_parameter("/four/{a}/{ab}/{abc}/{b...}", "ab"), 1);
    assert_int_equal(route_parameter("/four/{a}/{ab}/{abc}/{b...}", "abc"), 2);
    assert_int_equal(route_parameter("/four/{a}/{ab}/{abc}/{b...}", "b"), 3);
}

static void every_method_finds_its_row(void **state)
{
    static const struct {
        const char *method;
        enum row row;
    } cases[] = {{"GET", NOTE_GET},
                 {"HEAD", NOTE_HEAD},
                 {"PUT", NOTE_PUT},
                 {"PATCH", NOTE_PATCH},
                 {"DELETE", NOTE_DELETE}};
    (void)state;

    for (size_t i = 0; i < COUNT(cases); i++) {
        assert_ptr_equal(find(route_method(cases[i].method), "/owners/a/notes/b").route,
                         &table[cases[i].row]);
        assert_string_equal(http_method_name(table[cases[i].row].method), cases[i].method);
    }
    assert_null(find(route_method("POST"), "/owners/a/notes/b").route);
    assert_int_equal(route_method("get"), HTTP_METHOD_OTHER);
    assert_int_equal(route_method("GETS"), HTTP_METHOD_OTHER);
    assert_int_equal(route_method("OPTIONS"), HTTP_METHOD_OTHER);
    assert_string_equal(http_method_name(HTTP_METHOD_OTHER), "any");
}

static void head_goes_where_get_goes(void **state)
{
    (void)state;

    assert_null(find(HTTP_HEAD, "/register").route);
    assert_true(find(HTTP_HEAD, "/register").path_known);
    assert_ptr_equal(find(HTTP_HEAD, "/both").route, &table[BOTH_GET]);
    assert_ptr_equal(find(HTTP_HEAD, "/things/abc").route, &table[PARAMETER]);
    assert_int_equal(find(HTTP_HEAD, "/things/abc").parameter_count, 1);
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
        cmocka_unit_test(a_path_may_have_several_parameters),
        cmocka_unit_test(parameters_are_found_by_their_names),
        cmocka_unit_test(every_method_finds_its_row),
        cmocka_unit_test(head_goes_where_get_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
