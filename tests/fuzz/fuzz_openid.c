/* SPDX-License-Identifier: Apache-2.0 */
/* What a provider answers, and an address to which somebody wants to be sent. Nothing but https addresses is
 * ever asked, and nobody is sent to another host, or out of the folder that is allowed. */
#include "server/identity/address.h"
#include "server/identity/openid.h"
#include "tests/fuzz/fuzz.h"

#define ISSUER "https://i.example"

static void try_description(const char *text, size_t length)
{
    TEXT struct text why = TEXT_EMPTY, url = TEXT_EMPTY;
    struct openid_provider provider = {0};
    const struct openid_request request = {"c", "https://p.example/", "openid", "s", "n", "v"};

    if (!openid_provider_parse(text, length, ISSUER, &provider, &why)) {
        MUST(why.length && !provider.jwks_uri);
        return;
    }
    MUST(strncmp(provider.authorization_endpoint, "https://", 8) == 0);
    MUST(strncmp(provider.token_endpoint, "https://", 8) == 0 &&
         strncmp(provider.jwks_uri, "https://", 8) == 0);
    openid_authorization_url(&provider, &request, &url);
    MUST(strstr(text_get(&url), "&state=s&nonce=n&") && !strpbrk(text_get(&url), "#\\ \r\n"));
    openid_provider_fini(&provider);
}

static void try_answer(const char *text, size_t length)
{
    TEXT struct text token = TEXT_EMPTY, why = TEXT_EMPTY;

    bool found = openid_token_answer(text, length, &token, &why);
    MUST(found == (token.length != 0) && found == (why.length == 0));
}

static void try_address(const char *url, size_t length)
{
    static const char list[] = "https://shop.example/app com.acme.app:/done";
    TEXT struct text why = TEXT_EMPTY;

    bool fine = address_list_check(url, &why);
    MUST(fine == (why.length == 0));
    if (address_is_own_path(url, length))
        MUST(url[0] == '/' && url[1] != '/' && !strpbrk(url, "\\:?#"));
    if (!address_list_allows(list, url, length))
        return;
    const char *query = strchr(url, '?'),
               *up = strstr(url, "/../"); /* in a query it is a text like any other */
    MUST(strlen(url) == length && !strpbrk(url, "\\#\"<> \r\n") && (!up || (query && query < up)));
    MUST(strncmp(url, "https://shop.example/app", 24) == 0 || strncmp(url, "com.acme.app:/done", 18) == 0);
    const char *rest = url[0] == 'h' ? url + 24 : url + 18;
    MUST(!*rest || *rest == '/' || *rest == '?');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    TEXT struct text text = TEXT_EMPTY;

    text_add(&text, (const char *)data, size);
    try_description(text_get(&text), size);
    try_answer(text_get(&text), size);
    try_address(text_get(&text), size);
    return 0;
}
