/* SPDX-License-Identifier: Apache-2.0 */
#include "server/portal/portal.h"

#include <string.h>

#include "base/text.h"

#define COOKIE "lang"
#define COOKIE_LIFE "31536000" /* a year */
#define LANGUAGE_ROOM 64

struct portal *portal_of(const struct http_exchange *exchange)
{
    return http_app(exchange);
}

void portal_cookie(struct http_exchange *exchange, const char *name, char *out, size_t room)
{
    const char *at = http_request_header(exchange, "Cookie");
    const size_t skip = strlen(name) + 1;

    out[0] = '\0';
    for (; at && *at; at += strcspn(at, ";"), at += strspn(at, "; ")) {
        size_t length = strcspn(at, ";");
        if (length < skip || strncmp(at, name, skip - 1) != 0 || at[skip - 1] != '=' || length - skip >= room)
            continue;
        memcpy(out, at + skip, length - skip);
        out[length - skip] = '\0';
        return;
    }
}

/* What the request says itself, NULL if nothing. */
static const char *wanted_language(struct http_exchange *exchange)
{
    const char *wanted = http_request_query(exchange, "lang", NULL);

    if (!wanted && !http_request_is_api(exchange))
        wanted = http_request_field(exchange, "to", NULL);
    if (!wanted && !http_request_is_api(exchange))
        wanted = http_request_field(exchange, "lang", NULL);
    return wanted;
}

const char *portal_language(struct http_exchange *exchange)
{
    const struct pages *pages = portal_of(exchange)->pages;
    const char *accepted = http_request_header(exchange, "Accept-Language");
    const char *wanted = wanted_language(exchange);
    char remembered[LANGUAGE_ROOM];

    if (wanted && pages_has_language(pages, wanted))
        return pages_language(pages, wanted, accepted);
    portal_cookie(exchange, COOKIE, remembered, sizeof remembered);
    return pages_language(pages, remembered, accepted);
}

bool portal_remember_language(struct http_exchange *exchange)
{
    const struct portal *portal = portal_of(exchange);
    const char *wanted = wanted_language(exchange);
    const char *secure = strncmp(portal->public_url, "https:", 6) == 0 ? "; Secure" : "";
    char remembered[LANGUAGE_ROOM];
    TEXT struct text cookie = TEXT_EMPTY;

    if (!wanted || !pages_has_language(portal->pages, wanted) ||
        http_request_header(exchange, "X-Requested-With"))
        return false;
    portal_cookie(exchange, COOKIE, remembered, sizeof remembered);
    const char *language = portal_language(exchange);
    if (strcmp(remembered, language) == 0)
        return false;
    text_printf(&cookie, COOKIE "=%s; Path=/; Max-Age=" COOKIE_LIFE "; SameSite=Lax; HttpOnly%s", language,
                secure);
    http_answer_header(exchange, "Set-Cookie", text_get(&cookie));
    return true;
}
