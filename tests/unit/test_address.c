/* SPDX-License-Identifier: Apache-2.0 */
#include "server/identity/address.h"

#include <string.h>

#include "tests/unit/test.h"

static void what_is_not_asked(void **state)
{
    static const char *const bad[] = {
        "",
        "id.example.com",
        "http://id.example.com/",
        "http://127.0.0.1.example.com/",
        "http://localhost.example.com/",
        "http://127.0.0.1@example.com/",
        "http://localhost:80@example.com/",
        "https://",
        "https:///etc",
        "https://user@example.com/",
        "https://example.com/#x",
        "https://example.com\\@x/",
        "https://exa mple.com/",
        "HTTPS://example.com/",
        "ftp://example.com/",
        "file:///etc/passwd",
    };
    static const char *const good[] = {"https://id.example.com", "https://id.example.com:8443/a?b=c",
                                       "https://[2001:db8::1]/", "http://127.0.0.1:8080/",
                                       "http://localhost",       "http://[::1]:1/x"};
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++)
        if (address_is_safe(bad[i]))
            fail_msg("%s was taken", bad[i]);
    for (size_t i = 0; i < COUNT(good); i++)
        if (!address_is_safe(good[i]))
            fail_msg("%s was refused", good[i]);
    assert_false(address_is_local("https://127.0.0.1/"));
    assert_true(address_is_local(good[3]));
}

static void lists_that_are_refused(void **state)
{
    static const char *const bad[] = {
        "acme.example",     "http://acme.example/",        "javascript:alert(1)",
        "data:text/html,x", "javascript.x:alert(1)",       "file:///tmp",
        "app:/done",        "com.acme.app:/done bad",      "https://acme.example/ //evil",
        "1.2:/x",           "https://user@acme.example/x", "com.acme.app:/a#b"};
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        TEXT struct text why = TEXT_EMPTY;
        if (address_list_check(bad[i], &why))
            fail_msg("%s was taken", bad[i]);
        assert_non_null(strstr(text_get(&why), "which is no https:// address"));
    }
    TEXT struct text why = TEXT_EMPTY;
    assert_true(address_list_check("", &why));
    assert_true(
        address_list_check("https://acme.example/app, com.acme.app:/done\thttp://localhost:1/x", &why));
}

/* Each of these has led a browser to another host, or out of the folder, somewhere. */
static void no_open_redirect(void **state)
{
    static const char list[] = "https://acme.example https://shop.example/app https://shop.example/r/ "
                               "com.acme.app:/done https://q.example/?a=1";
    static const char *const bad[] = {
        "",
        "/",
        "//evil.example",
        "https://evil.example",
        "https://acme.example.evil.example/",
        "https://acme.example@evil.example/",
        "https://acme.example:8443/",
        "https://acme.example:x@evil.example/",
        "https://acme.examplee",
        "https://acme.example\\.evil.example/",
        "https://acme.example/\\evil.example",
        "https://acme.example/#x",
        "https://acme.example/\r\nSet-Cookie: a=b",
        "https://acme.example/ x",
        "https://acme.example/\"onmouseover=",
        "https://acme.example/<script>",
        "HTTPS://ACME.EXAMPLE/",
        "http://acme.example/",
        " https://acme.example/",
        "https://shop.example/",
        "https://shop.example/application",
        "https://shop.example/app/../admin",
        "https://shop.example/app/%2e%2e/admin",
        "https://shop.example/app/.%2E/admin",
        "https://shop.example/app%2f../admin",
        "https://shop.example/app/..",
        "https://shop.example/app/./x",
        "https://shop.example/r",
        "com.acme.app:/done2",
        "com.acme.app://evil",
        "javascript:alert(1)",
        "https://q.example/?b=1",
    };
    static const char *const good[] = {
        "https://acme.example",
        "https://acme.example/",
        "https://acme.example/a/b?c=d&e=%20",
        "https://acme.example?x",
        "https://shop.example/app",
        "https://shop.example/app/x",
        "https://shop.example/app?y=https://evil.example/..",
        "https://shop.example/r/",
        "https://shop.example/r/x",
        "com.acme.app:/done",
        "com.acme.app:/done?user=1",
        "https://q.example/?a=1&b=2",
        "https://acme.example/...",
    };
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++)
        if (address_list_allows(list, bad[i], strlen(bad[i])))
            fail_msg("%s was allowed", bad[i]);
    for (size_t i = 0; i < COUNT(good); i++)
        if (!address_list_allows(list, good[i], strlen(good[i])))
            fail_msg("%s was refused", good[i]);
    assert_false(address_list_allows(list, "https://acme.example/\0x", 23));
    assert_false(address_list_allows("", "https://acme.example/", 21));
}

static void own_paths(void **state)
{
    static const char *const bad[] = {
        "", "x", "//evil.example", "/\\evil.example", "/a?b", "/a b", "https://x/", "/%2f", "/:x"};
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++)
        if (address_is_own_path(bad[i], strlen(bad[i])))
            fail_msg("%s was taken", bad[i]);
    assert_true(address_is_own_path("/", 1));
    assert_true(address_is_own_path("/r/0123-abc_DEF", 15));
    assert_false(address_is_own_path("/r\0x", 4));
}

static void parameters(void **state)
{
    TEXT struct text url = TEXT_EMPTY;
    (void)state;

    text_puts(&url, "https://acme.example/");
    address_add(&url, "state", "a&b =\xc3\xbc");
    address_add(&url, "x", "");
    assert_string_equal(text_get(&url), "https://acme.example/?state=a%26b%20%3D%C3%BC&x=");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_asked), cmocka_unit_test(lists_that_are_refused),
        cmocka_unit_test(no_open_redirect),  cmocka_unit_test(own_paths),
        cmocka_unit_test(parameters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
