/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/framing.h"

#include <limits.h>
#include <string.h>
#include <strings.h>

static bool is_token(const char *name)
{
    if (!*name)
        return false;
    for (const unsigned char *c = (const unsigned char *)name; *c; c++)
        if (*c <= 0x20 || *c >= 0x7f || strchr("\"(),/:;<=>?@[\\]{}", *c))
            return false;
    return true;
}

/* RFC 9110 section 5.5. */
static bool is_value(const char *value)
{
    for (const unsigned char *c = (const unsigned char *)value; *c; c++)
        if ((*c < 0x20 && *c != '\t') || *c == 0x7f)
            return false;
    return true;
}

static bool parse_length(const char *value, unsigned long long *out)
{
    unsigned long long number = 0;

    if (!*value)
        return false;
    for (; *value; value++) {
        if (*value < '0' || *value > '9')
            return false;
        unsigned digit = (unsigned)(*value - '0');
        number = number > (ULLONG_MAX - digit) / 10 ? ULLONG_MAX : number * 10 + digit;
    }
    *out = number;
    return true;
}

void framing_see(struct framing *framing, const char *name, const char *value)
{
    value = value ? value : "";
    if (!is_token(name) || !is_value(value)) {
        framing->bad = true;
    } else if (strcasecmp(name, "Content-Length") == 0) {
        framing->lengths++;
        framing->bad = framing->bad || !parse_length(value, &framing->content_length);
    } else if (strcasecmp(name, "Transfer-Encoding") == 0) {
        framing->encodings++;
        framing->bad = framing->bad || strcasecmp(value, "chunked") != 0;
    } else if (strcasecmp(name, "Host") == 0) {
        framing->hosts++;
        framing->bad = framing->bad || strpbrk(value, " \t,/@?#") != NULL;
    }
}

const char *framing_next_line(const char *end)
{
    return end[0] == '\0' && end[1] == '\0' ? end + 2 : NULL;
}

const char *framing_next_header(const char *line, const char *name, const char *value)
{
    if (!line || name != line || !value)
        return NULL;
    const char *text = name + strlen(name) + 1;
    return text + strspn(text, " \t") == value ? framing_next_line(value + strlen(value)) : NULL;
}

bool framing_head_ends(const char *line, const char *end)
{
    return line && line + 2 == end && framing_next_line(line) == end;
}

unsigned framing_verdict(const struct framing *framing, const char *version)
{
    bool old = strcmp(version, "HTTP/1.0") == 0;

    if (!old && strcmp(version, "HTTP/1.1") != 0)
        return 505;
    if (framing->bad || framing->lengths > 1 || framing->encodings > 1 || framing->hosts > 1)
        return 400;
    if (framing->lengths && framing->encodings)
        return 400;
    if (old)
        return framing->encodings ? 400 : 0;
    return framing->hosts == 1 ? 0 : 400;
}

bool framing_target_is_sound(const char *target)
{
    if (target[0] != '/')
        return false;
    for (const unsigned char *c = (const unsigned char *)target; *c; c++)
        if (*c <= 0x20 || *c == 0x7f)
            return false;
    return true;
}
