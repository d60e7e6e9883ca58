/* SPDX-License-Identifier: Apache-2.0 */
#include "server/identity/openid.h"

#include <string.h>

#include "tests/unit/test.h"

#define ISSUER "https://id.example.com/tenant"
#define ADDRESSES                                                                                            \
    "\"authorization_endpoint\":\"https://pages.example.com/authorize\",\"token_endpoint\":\"https://"       \
    "id.example.com/token\","                                                                                \
    "\"jwks_uri\":\"https://id.example.com/keys\""
/* What Cognito's user pools list; no code_challenge_methods_supported. */
#define COGNITO_ISSUER "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_AbCdEfGhI"
#define COGNITO                                                                                              \
    "{\"authorization_endpoint\":\"https://acme.auth.eu-central-1.amazoncognito.com/oauth2/authorize\","     \
    "\"id_token_signing_alg_values_supported\":[\"RS256\"],\"issuer\":\"" COGNITO_ISSUER "\","               \
    "\"jwks_uri\":\"" COGNITO_ISSUER                                                                         \
    "/.well-known/jwks.json\",\"response_types_supported\":[\"code\",\"token\"],"                            \
    "\"scopes_supported\":[\"openid\",\"email\",\"phone\",\"profile\"],\"subject_types_supported\":["        \
    "\"public\"],"                                                                                           \
    "\"token_endpoint\":\"https://acme.auth.eu-central-1.amazoncognito.com/oauth2/token\","                  \
    "\"token_endpoint_auth_methods_supported\":[\"client_secret_basic\",\"client_secret_post\"]}"

static void refused(const char *text, const char *because)
{
    TEXT struct text why = TEXT_EMPTY;
    struct openid_provider provider = {0};

    if (openid_provider_parse(text, strlen(text), ISSUER, &provider, &why))
        fail_msg("%s was taken", text);
    if (!strstr(text_get(&why), because))
        fail_msg("%s: not because %s", text_get(&why), because);
    assert_null(provider.token_endpoint);
}

static void descriptions_that_are_refused(void **state)
{
    (void)state;
    refused("", "no description");
    refused("<html>", "no description");
    refused("{}", "no description");
    refused("{\"issuer\":7," ADDRESSES "}", "no description");
    refused("{\"issuer\":\"" ISSUER "/\"," ADDRESSES "}", "its issuer is");
    refused("{\"issuer\":\"https://evil.example\"," ADDRESSES "}", "evil.example");
    refused("{\"issuer\":\"" ISSUER "\"}", "authorization_endpoint is missing");
    refused("{\"issuer\":\"" ISSUER "\",\"authorization_endpoint\":\"javascript:x\"}", "no https:// address");
    refused("{\"issuer\":\"" ISSUER
            "\",\"authorization_endpoint\":\"https://a/\",\"token_endpoint\":\"http://127.0.0.1:1/\"}",
            "token_endpoint is no https:// address");
    refused("{\"issuer\":\"" ISSUER
            "\",\"authorization_endpoint\":\"https://a/\",\"token_endpoint\":\"https://a/\"}",
            "jwks_uri is missing");
}

static void where_it_describes_itself(void **state)
{
    TEXT struct text with = TEXT_EMPTY;
    TEXT struct text without = TEXT_EMPTY;
    (void)state;

    openid_description_url("https://id.example.com/a/", &with);
    openid_description_url("https://id.example.com/a", &without);
    assert_string_equal(text_get(&with), "https://id.example.com/a/.well-known/openid-configuration");
    assert_string_equal(text_get(&without), text_get(&with));
}

static struct openid_provider parsed(const char *text, const char *issuer)
{
    TEXT struct text why = TEXT_EMPTY;
    struct openid_provider provider;

    if (!openid_provider_parse(text, strlen(text), issuer, &provider, &why))
        fail_msg("%s", text_get(&why));
    return provider;
}

static void cognito(void **state)
{
    struct openid_provider provider = parsed(COGNITO, COGNITO_ISSUER);
    (void)state;

    assert_string_equal(provider.token_endpoint,
                        "https://acme.auth.eu-central-1.amazoncognito.com/oauth2/token");
    assert_false(provider.takes_post);
    assert_false(provider.names_itself);
    openid_provider_fini(&provider);
}

/* The verifier and challenge of RFC 7636, appendix B. */
static void the_address_of_the_provider(void **state)
{
    struct openid_provider provider = parsed("{\"issuer\":\"" ISSUER "\"," ADDRESSES "}", ISSUER);
    const struct openid_request request = {
        .client_id = "portal & co",
        .redirect_uri = "https://p.example/sign-in/callback",
        .scopes = "openid email",
        .state = "s",
        .nonce = "n",
        .verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    };
    TEXT struct text url = TEXT_EMPTY;
    (void)state;

    openid_authorization_url(&provider, &request, &url);
    assert_string_equal(
        text_get(&url),
        "https://pages.example.com/authorize?response_type=code&client_id=portal%20%26%20co"
        "&redirect_uri=https%3A%2F%2Fp.example%2Fsign-in%2Fcallback&scope=openid%20email&state=s&nonce=n"
        "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256");
    openid_provider_fini(&provider);
    provider =
        parsed("{\"issuer\":\"" ISSUER "\",\"authorization_endpoint\":\"https://a.example/x?p=flow\","
               "\"token_endpoint\":\"https://a.example/t?p=flow\",\"jwks_uri\":\"https://a.example/k\"}",
               ISSUER);
    text_clear(&url);
    openid_authorization_url(&provider, &request, &url);
    assert_non_null(strstr(text_get(&url), "https://a.example/x?p=flow&response_type=code&"));
    openid_provider_fini(&provider);
}

static void token_request(const char *methods, const char *secret, const char *form_wanted,
                          const char *header_wanted)
{
    static const char begun[] = "grant_type=authorization_code&code=co%2Fde"
                                "&redirect_uri=https%3A%2F%2Fp.example%2Fc&code_verifier=v";
    TEXT struct text description = TEXT_EMPTY;
    TEXT struct text form = TEXT_EMPTY;
    TEXT struct text header = TEXT_EMPTY;

    text_printf(&description, "{\"issuer\":\"" ISSUER "\"," ADDRESSES "%s}", methods);
    struct openid_provider provider = parsed(text_get(&description), ISSUER);
    const struct openid_exchange exchange = {"id:1", secret, "https://p.example/c", "co/de", "v"};
    openid_token_form(&provider, &exchange, &form, &header);
    openid_provider_fini(&provider);
    assert_string_equal(text_get(&header), header_wanted);
    assert_int_equal(strncmp(text_get(&form), begun, sizeof begun - 1), 0);
    assert_string_equal(text_get(&form) + sizeof begun - 1, form_wanted);
}

static void who_asks_for_tokens(void **state)
{
#define METHODS(list) ",\"token_endpoint_auth_methods_supported\":[" list "]"
    (void)state;
    token_request("", "", "&client_id=id%3A1", "");
    token_request("", "se=cret", "", "Basic aWQlM0ExOnNlJTNEY3JldA=="); /* id%3A1:se%3Dcret */
    token_request(METHODS("\"client_secret_post\""), "se=cret", "&client_id=id%3A1&client_secret=se%3Dcret",
                  "");
    token_request(METHODS("\"client_secret_post\",\"client_secret_basic\""), "s", "", "Basic aWQlM0ExOnM=");
    token_request(METHODS("\"private_key_jwt\""), "s", "", "Basic aWQlM0ExOnM=");
}

static void answers(void **state)
{
    static const char *const bad[] = {"",
                                      "<html>",
                                      "{\"access_token\":\"x\"}",
                                      "{\"id_token\":7}",
                                      "{\"id_token\":\"\"}",
                                      "{\"id_token\":\"a\",\"id_token\":\"b\"}"};
    TEXT struct text token = TEXT_EMPTY;
    TEXT struct text why = TEXT_EMPTY;
    (void)state;

    for (size_t i = 0; i < COUNT(bad); i++) {
        text_clear(&why);
        assert_false(openid_token_answer(bad[i], strlen(bad[i]), &token, &why));
        assert_non_null(strstr(text_get(&why), "no ID token"));
    }
    static const char error[] = "{\"error\":\"invalid_grant\",\"error_description\":\"x\"}";
    text_clear(&why);
    assert_false(openid_token_answer(error, strlen(error), &token, &why));
    assert_string_equal(text_get(&why), "the provider says invalid_grant");
    assert_int_equal(token.length, 0);
    static const char good[] = "{\"id_token\":\"a.b.c\",\"token_type\":\"bearer\"}";
    assert_true(openid_token_answer(good, strlen(good), &token, &why));
    assert_string_equal(text_get(&token), "a.b.c");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(descriptions_that_are_refused),
        cmocka_unit_test(where_it_describes_itself),
        cmocka_unit_test(cognito),
        cmocka_unit_test(the_address_of_the_provider),
        cmocka_unit_test(who_asks_for_tokens),
        cmocka_unit_test(answers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
