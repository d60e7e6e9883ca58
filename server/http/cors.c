/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/cors.h"

#include <string.h>

#define SEPARATORS " ,"

/* The next origin of a list; false at its end. */
static bool next_origin(const char **list, const char **origin, size_t *length)
{
    *list += strspn(*list, SEPARATORS);
    *origin = *list;
    *length = strcspn(*list, SEPARATORS);
    *list += *length;
    return *length > 0;
}

/* A browser leaves the usual port out. */
static bool ends_with(const char *text, size_t length, const char *end)
{
    size_t end_length = strlen(end);

    return length > end_length && memcmp(text + length - end_length, end, end_length) == 0;
}

static bool is_authority(const char *text, size_t length, const char *usual_port)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789.-:[]";

    return length > 0 && strspn(text, allowed) >= length && text[0] != ':' && text[length - 1] != ':' &&
           !ends_with(text, length, usual_port);
}

static bool is_origin(const char *origin, size_t length)
{
    static const struct {
        const char *scheme, *usual_port;
    } schemes[] = {{"https://", ":443"}, {"http://", ":80"}};

    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        size_t scheme = strlen(schemes[i].scheme);
        if (length > scheme && memcmp(origin, schemes[i].scheme, scheme) == 0)
            return is_authority(origin + scheme, length - scheme, schemes[i].usual_port);
    }
    return false;
}

bool cors_origins_check(const char *list, struct text *wrong)
{
    const char *origin;
    size_t length;

    while (next_origin(&list, &origin, &length)) {
        if (is_origin(origin, length))
            continue;
        text_add(wrong, origin, length);
        return false;
    }
    return true;
}

bool cors_is_listed(const char *list, const char *wanted)
{
    const char *origin;
    size_t length;

    while (next_origin(&list, &origin, &length))
        if (strlen(wanted) == length && memcmp(origin, wanted, length) == 0)
            return true;
    return false;
}
