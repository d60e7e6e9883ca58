/* SPDX-License-Identifier: Apache-2.0 */
#include "server/identity/jwks.h"

#include <string.h>

#include "tests/unit/test.h"
#include "tests/unit/token_fixture.h"

static void refused(const char *text, const char *because)
{
    TEXT struct text why = TEXT_EMPTY;
    struct jwks *set = jwks_parse(text, strlen(text), &why);

    if (set || !strstr(text_get(&why), because))
        fail_msg("%.80s: %s, and not because it %s", text, set ? "was taken" : text_get(&why), because);
}

static void what_is_no_key_set(void **state)
{
    static const char *const bad[] = {
        "",
        "<!doctype html><title>Sign in</title>",
        "[]",
        "{}",
        "{\"keys\":{}}",
        "{\"keys\":[]} x",
        "{\"keys\":[],\"keys\":[]}",
        "{\"keys\":[",
    };
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++)
        refused(bad[i], "is neither");
    refused("{\"keys\":[]}", "has no key");
    refused("{\"keys\":[null,1,\"x\",{},{\"kty\":1}]}", "has no key");
    refused("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n", "has no key");
    refused("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n", "private key");
}

static void add_key(struct text *out, EVP_PKEY *key, const char *kid, const char *more)
{
    text_puts(out, out->length ? "," : "{\"keys\":[");
    token_jwk(out, key, kid, more);
}

/* A secret among the keys would let a token choose HS256; short keys and other curves are not of the list. */
static void keys_that_are_not_of_the_list(void **state)
{
    TEXT struct text text = TEXT_EMPTY;
    (void)state;

    add_key(&text, token_rsa(1024), "short", "");
    add_key(&text, token_ec("P-384"), "curve", "");
    add_key(&text, token_rsa(2048), "encrypts", ",\"use\":\"enc\"");
    add_key(&text, token_rsa(2048), "signs", ",\"key_ops\":[\"sign\"]");
    add_key(&text, token_rsa(2048), "pss", ",\"alg\":\"PS256\"");
    add_key(&text, token_rsa(2048), "hmac", ",\"alg\":\"HS256\"");
    add_key(&text, token_ec("P-256"), "rsa", ",\"alg\":\"RS256\"");
    text_puts(&text, ",{\"kty\":\"oct\",\"kid\":\"secret\",\"k\":\"AAAA\"}");
    text_puts(&text,
              ",{\"kty\":\"RSA\",\"n\":\"AQAB\",\"e\":\"AQAB\"},{\"kty\":\"RSA\",\"n\":\"\",\"e\":\"AQAB\"}");
    text_puts(&text, ",{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAA\",\"y\":\"AAAA\"}]}");
    refused(text_get(&text), "has no key");
}

static void a_point_beside_the_curve(void **state)
{
    TEXT struct text text = TEXT_EMPTY;
    (void)state;

    add_key(&text, token_ec("P-256"), "a", "");
    text_puts(&text, "]}");
    char *x = strstr(text.data, "\"x\":\"") + 5;
    *x = *x == 'A' ? 'B' : 'A';
    refused(text.data, "has no key");
}

static void an_exponent_of_one(void **state)
{
    TEXT struct text text = TEXT_EMPTY;
    (void)state;

    add_key(&text, token_rsa(2048), "a", "");
    text_puts(&text, "]}");
    char *e = strstr(text.data, "\"e\":\"AQAB\"");
    assert_non_null(e);
    memcpy(e, "\"e\":\"AQ\"  ", 10);
    refused(text.data, "has no key");
}

static void no_more_than_its_bounds(void **state)
{
    TEXT struct text many = TEXT_EMPTY;
    TEXT struct text large = TEXT_EMPTY;
    TEXT struct text pem = TEXT_EMPTY;
    (void)state;

    for (unsigned i = 0; i <= JWKS_KEYS_MAX; i++) {
        add_key(&many, token_ec("P-256"), "a", "");
        token_pem(&pem, token_ec("P-256"));
    }
    text_puts(&many, "]}");
    refused(text_get(&many), "more than 32");
    refused(text_get(&pem), "more than 32");
    add_key(&large, token_ec("P-256"), "a", "");
    text_puts(&large, "]}");
    while (large.length <= JWKS_SIZE_MAX)
        text_puts(&large, "                                ");
    refused(text_get(&large), "larger than 64 KiB");
}

static void a_real_set(void **state)
{
    TEXT struct text text = TEXT_EMPTY;
    TEXT struct text why = TEXT_EMPTY;
    (void)state;

    add_key(&text, token_rsa(2048), "one", ",\"use\":\"sig\",\"alg\":\"RS256\"");
    add_key(&text, token_ec("P-256"), "two", ",\"key_ops\":[\"verify\"],\"x5c\":[\"AAAA\"]");
    add_key(&text, token_ec("P-384"), "three", "");
    text_puts(&text, "],\"more\":1}");
    struct jwks *set = jwks_parse(text.data, text.length, &why);
    assert_non_null(set);
    assert_int_equal(jwks_count(set), 2);
    struct jwks *shared = jwks_share(set);
    jwks_free(set);
    assert_int_equal(jwks_count(shared), 2);
    jwks_free(shared);
    jwks_free(NULL);
}

static void keys_in_pem(void **state)
{
    TEXT struct text text = TEXT_EMPTY;
    TEXT struct text why = TEXT_EMPTY;
    (void)state;

    token_pem(&text, token_rsa(2048));
    token_pem(&text, token_ec("P-256"));
    struct jwks *set = jwks_parse(text.data, text.length, &why);
    assert_non_null(set);
    assert_int_equal(jwks_count(set), 2);
    jwks_free(set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_key_set),
        cmocka_unit_test(keys_that_are_not_of_the_list),
        cmocka_unit_test(a_point_beside_the_curve),
        cmocka_unit_test(an_exponent_of_one),
        cmocka_unit_test(no_more_than_its_bounds),
        cmocka_unit_test(a_real_set),
        cmocka_unit_test(keys_in_pem),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
