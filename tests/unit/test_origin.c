/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/origin.h"

#include "tests/unit/test.h"

static bool is_foreign(const char *fetch_site, const char *origin, const char *host, const char *public_url)
{
    const struct origin request = {fetch_site, origin, host};

    return origin_is_foreign(&request, public_url);
}

static void refuses_what_the_browser_calls_another_site(void **state)
{
    (void)state;
    assert_true(is_foreign("cross-site", NULL, "x", ""));
    assert_true(is_foreign("same-site", "https://x", "x", "https://x"));
    assert_true(is_foreign("cross-site", "null", "x", ""));
    assert_true(is_foreign("", NULL, "x", ""));
    assert_true(is_foreign("Same-Origin", NULL, "x", ""));
}

static void refuses_another_origin(void **state)
{
    (void)state;
    assert_true(is_foreign(NULL, "https://evil.example", "x", ""));
    assert_true(is_foreign(NULL, "https://evil.example", "x", "https://x"));
    assert_true(is_foreign(NULL, "https://x.evil.example", "x", "https://x"));
    assert_true(is_foreign(NULL, "https://x:8443", "x", "https://x"));
    assert_true(is_foreign(NULL, "https://x:80", "x", ""));
    assert_true(is_foreign(NULL, "http://x:443", "x", "https://x:443"));
    assert_true(is_foreign(NULL, "https://", "", ""));
    assert_true(is_foreign(NULL, "", NULL, ""));
    assert_true(is_foreign(NULL, "evil", "x", "https://x"));
}

static void takes_its_own(void **state)
{
    (void)state;
    assert_false(is_foreign("same-origin", "null", "x", ""));
    assert_false(is_foreign("none", NULL, "x", ""));
    assert_false(is_foreign(NULL, "https://x", "x", ""));
    assert_false(is_foreign(NULL, "https://X", "x:443", ""));
    assert_false(is_foreign(NULL, "http://x:8080", "x:8080", ""));
    assert_false(is_foreign(NULL, "http://[::1]:8080", "[::1]:8080", ""));
    assert_false(
        is_foreign(NULL, "https://register.example.com", "inside:8080", "https://register.example.com"));
    assert_false(
        is_foreign(NULL, "https://register.example.com", "inside", "https://register.example.com:443/p"));
}

static void takes_what_says_nothing(void **state)
{
    (void)state;
    assert_false(is_foreign(NULL, NULL, "x", "https://x"));
    assert_false(is_foreign(NULL, "null", "x", "https://x"));
    assert_false(is_foreign(NULL, NULL, NULL, ""));
}

static void knows_what_is_secure(void **state)
{
    (void)state;
    assert_false(origin_is_secure("register.example.com", NULL, ""));
    assert_false(origin_is_secure("localhost.example.com", "http", "http://x"));
    assert_false(origin_is_secure("127.0.0.10", NULL, ""));
    assert_false(origin_is_secure(NULL, NULL, ""));
    assert_true(origin_is_secure("x", "https", ""));
    assert_true(origin_is_secure("x", NULL, "https://x"));
    assert_true(origin_is_secure("localhost", NULL, ""));
    assert_true(origin_is_secure("127.0.0.1:8080", NULL, ""));
    assert_true(origin_is_secure("[::1]:8080", NULL, ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_the_browser_calls_another_site),
        cmocka_unit_test(refuses_another_origin),
        cmocka_unit_test(takes_its_own),
        cmocka_unit_test(takes_what_says_nothing),
        cmocka_unit_test(knows_what_is_secure),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
