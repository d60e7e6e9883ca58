/* SPDX-License-Identifier: Apache-2.0 */
#include "server/portal/browser_cookie.h"

#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "base/random.h"
#include "server/portal/portal.h"

#define DIGITS 32 /* 128 random bits */
#define HEX "0123456789abcdef"
#define LIFE "34560000" /* seconds: 400 days, the longest that browsers keep a cookie */
/* With this prefix a browser takes it only over TLS, for this host alone (RFC 6265bis, 4.1.3.2). */
#define SECURE_NAME "__Host-browser="
#define PLAIN_NAME "browser="

static bool is_secure(const struct http_exchange *exchange)
{
    return strncmp(portal_of(exchange)->public_url, "https:", 6) == 0;
}

static bool read_number(struct http_exchange *exchange, const char *name, char out[DIGITS + 1])
{
    const char *at = http_request_header(exchange, "Cookie");

    for (; at && *at; at += strcspn(at, ";"), at += strspn(at, "; ")) {
        const char *value = at + strlen(name);
        if (strncmp(at, name, strlen(name)) != 0 || strcspn(value, ";") != DIGITS ||
            strspn(value, HEX) < DIGITS)
            continue;
        memcpy(out, value, DIGITS);
        out[DIGITS] = '\0';
        return true;
    }
    return false;
}

/* 60 bits of the digest: as much as fits into a number of the store. */
static long long digest_number(const char *number)
{
    char digest[DIGEST_SIZE], part[16] = "";

    digest_sha256(number, DIGITS, digest);
    memcpy(part, digest, sizeof part - 1);
    return strtoll(part, NULL, 16) | 1;
}

static void set_cookie(struct http_exchange *exchange, const char *number, const char *life)
{
    const bool secure = is_secure(exchange);
    TEXT struct text cookie = TEXT_EMPTY;

    text_printf(&cookie, "%s%s; Path=/; Max-Age=%s; SameSite=Lax; HttpOnly%s",
                secure ? SECURE_NAME : PLAIN_NAME, number, life, secure ? "; Secure" : "");
    http_answer_header(exchange, "Set-Cookie", text_get(&cookie));
}

long long browser_cookie(struct http_exchange *exchange)
{
    char number[DIGITS + 1];

    if (read_number(exchange, is_secure(exchange) ? SECURE_NAME : PLAIN_NAME, number))
        return digest_number(number);
    random_hex(number, DIGITS);
    set_cookie(exchange, number, LIFE);
    return digest_number(number);
}

void browser_cookie_clear(struct http_exchange *exchange)
{
    set_cookie(exchange, "", "0");
}
