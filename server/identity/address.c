/* SPDX-License-Identifier: Apache-2.0 */
#include "server/identity/address.h"

#include <string.h>
#include <strings.h>

#include "base/percent.h"

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"
#define UNRESERVED LETTERS DIGITS "-._~"
/* RFC 3986 without the fragment and without brackets, which only a host may have. */
#define ALLOWED UNRESERVED "%:/?@!$&'()*+,;="

static const char *after(const char *text, const char *prefix)
{
    size_t length = strlen(prefix);

    return strncmp(text, prefix, length) == 0 ? text + length : NULL;
}

/* The host ends the address, or a port or path follows. */
static bool is_host(const char *at, const char *host)
{
    const char *rest = after(at, host);

    return rest && (*rest == '\0' || *rest == ':' || *rest == '/');
}

bool address_is_local(const char *url)
{
    const char *host = after(url, "http://");

    return host && (is_host(host, "127.0.0.1") || is_host(host, "[::1]") || is_host(host, "localhost")) &&
           !strpbrk(host, "@#\\ ");
}

bool address_is_safe(const char *url)
{
    const char *host = after(url, "https://");

    return strlen(url) <= ADDRESS_MAX &&
           (address_is_local(url) || (host && strspn(host, UNRESERVED "[") && !strpbrk(host, "@#\\ \t\r\n")));
}

/* Has a dot, as the reversed name of a domain: no javascript:, data: or file:. */
static bool is_app(const char *url)
{
    size_t scheme = strspn(url, LETTERS DIGITS ".-+");

    return url[scheme] == ':' && url[scheme + 1] == '/' && memchr(url, '.', scheme) && strspn(url, LETTERS) &&
           strspn(url + scheme + 1, ALLOWED) == strlen(url + scheme + 1);
}

static bool is_listable(const char *url)
{
    return strlen(url) <= ADDRESS_MAX && (address_is_safe(url) || is_app(url));
}

static size_t next_item(const char **at)
{
    *at += strspn(*at, " ,\t");
    return strcspn(*at, " ,\t");
}

bool address_list_check(const char *list, struct text *why)
{
    const char *at = list;

    for (size_t length; (length = next_item(&at)); at += length) {
        TEXT struct text item = TEXT_EMPTY;
        text_add(&item, at, length);
        if (is_listable(text_get(&item)))
            continue;
        text_printf(
            why,
            "has %s, which is no https:// address and no address of an app, such as com.example.app:/done",
            text_get(&item));
        return false;
    }
    return true;
}

/* "." and "..", encoded or not, make a browser leave the folder that is compared. */
static bool has_dots(const char *url, size_t length)
{
    TEXT struct text path = TEXT_EMPTY;
    const char *query = memchr(url, '?', length);

    percent_decode(&path, url, query ? (size_t)(query - url) : length);
    for (const char *at = text_get(&path); (at = strchr(at, '/')); at++) {
        size_t segment = strcspn(at + 1, "/");
        if (segment && segment <= 2 && strspn(at + 1, ".") >= segment)
            return true;
    }
    return false;
}

static bool continues(const char *item, size_t item_length, const char *url, size_t length)
{
    if (length < item_length || memcmp(item, url, item_length) != 0)
        return false;
    char last = item[item_length - 1];
    return length == item_length || strchr("/?", url[item_length]) || last == '/' ||
           memchr(item, '?', item_length);
}

bool address_list_allows(const char *list, const char *url, size_t length)
{
    const char *at = list;

    if (!length || length > ADDRESS_MAX || strspn(url, ALLOWED "[]") != length || has_dots(url, length))
        return false;
    for (size_t item; (item = next_item(&at)); at += item)
        if (continues(at, item, url, length))
            return true;
    return false;
}

bool address_is_own_path(const char *path, size_t length)
{
    return length && length <= ADDRESS_MAX && strlen(path) == length && path[0] == '/' && path[1] != '/' &&
           strspn(path, UNRESERVED "/") == length;
}

void address_add(struct text *url, const char *name, const char *value)
{
    text_printf(url, "%s%s=", strchr(text_get(url), '?') ? "&" : "?", name);
    percent_encode(url, value, strlen(value), "");
}
