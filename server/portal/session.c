/* SPDX-License-Identifier: Apache-2.0 */
#include "server/portal/session.h"

#include <string.h>

#include "server/portal/portal.h"
#include "server/store/store_clock.h"

#define SESSION "session"
#define BROWSER "sign-in"
#define BROWSER_LIFE_S 3600

static bool is_secure(const struct http_exchange *exchange)
{
    return strncmp(portal_of(exchange)->public_url, "https:", 6) == 0;
}

/* Only what the portal made: 64 hex digits. */
static void read_secret(struct http_exchange *exchange, const char *name, char out[IDENTITY_SECRET_SIZE])
{
    TEXT struct text whole = TEXT_EMPTY;

    text_printf(&whole, "%s%s", is_secure(exchange) ? "__Host-" : "", name);
    portal_cookie(exchange, text_get(&whole), out, IDENTITY_SECRET_SIZE);
    if (strspn(out, "0123456789abcdef") != IDENTITY_SECRET_SIZE - 1)
        out[0] = '\0';
}

static void set_cookie(struct http_exchange *exchange, const char *name, const char *value, long long life_s)
{
    TEXT struct text cookie = TEXT_EMPTY;
    bool secure = is_secure(exchange);

    text_printf(&cookie, "%s%s=%s; Path=/; Max-Age=%lld; SameSite=Lax; HttpOnly%s", secure ? "__Host-" : "",
                name, value, life_s, secure ? "; Secure" : "");
    http_answer_header(exchange, "Set-Cookie", text_get(&cookie));
}

void session_read(struct http_exchange *exchange, char out[DIGEST_SIZE])
{
    char cookie[IDENTITY_SECRET_SIZE];

    out[0] = '\0';
    if (!portal_of(exchange)->identity)
        return;
    read_secret(exchange, SESSION, cookie);
    if (*cookie)
        identity_digest(cookie, out);
}

enum store_error session_find(struct store_tx *tx, const char *digest, struct session *out)
{
    enum store_error error = *digest ? sessions_find(tx, digest, store_clock_ms(), out) : STORE_NOT_FOUND;

    if (error != STORE_NOT_FOUND)
        return error;
    *out = (struct session){0};
    return STORE_OK;
}

void session_set(struct http_exchange *exchange, const char *cookie)
{
    set_cookie(exchange, SESSION, cookie, SESSION_LIFE_MS / 1000);
}

void session_clear(struct http_exchange *exchange)
{
    set_cookie(exchange, SESSION, "", 0);
}

void session_browser_read(struct http_exchange *exchange, char out[IDENTITY_SECRET_SIZE])
{
    read_secret(exchange, BROWSER, out);
}

void session_browser_set(struct http_exchange *exchange, const char *cookie)
{
    set_cookie(exchange, BROWSER, cookie, BROWSER_LIFE_S);
}
