/* SPDX-License-Identifier: Apache-2.0 */
#include "account/policy/pattern.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum piece_kind { PIECE_END, PIECE_BYTE, PIECE_ANY, PIECE_ONE };

struct piece {
    enum piece_kind kind;
    char byte;
};

/* A place in a pattern. Small, and copied when the matcher remembers where to go on. */
struct cursor {
    const char *at;
    const char *value, *value_end; /* what is left of a variable's value; at is behind the variable */
};

struct reading {
    unsigned flags;
    const struct policy_request *request;
};

static bool is_named(const char *name, size_t length, const char *wanted)
{
    return strlen(wanted) == length && strncasecmp(name, wanted, length) == 0;
}

const char *policy_variable_value(const char *name, size_t length, const struct policy_request *request,
                                  bool *known)
{
    *known = true;
    if (is_named(name, length, "iot:ClientId"))
        return request->client_id[0] != '\0' ? request->client_id : NULL;
    if (is_named(name, length, "iot:Connection.Thing.ThingName"))
        return request->attached ? request->thing_name : NULL;
    if (is_named(name, length, "iot:Connection.Thing.IsAttached"))
        return request->attached ? "true" : "false";
    for (const struct policy_variable *other = request->variables; other != NULL && other->name != NULL;
         other++)
        if (is_named(name, length, other->name))
            return other->value;
    *known = false;
    return NULL;
}

/* "${name, 'default'}": the default is what stands between the quotes. */
static bool default_value(const char *comma, const char *close, struct cursor *cursor)
{
    const char *start = comma + 1;

    while (*start == ' ')
        start++;
    if (close - start < 2 || *start != '\'' || close[-1] != '\'')
        return false;
    cursor->value = start + 1;
    cursor->value_end = close - 1;
    return true;
}

/* At "${": goes behind the variable and into its value. False: it has none, or this is no variable. */
static bool enter_variable(struct cursor *cursor, const struct policy_request *request)
{
    const char *name = cursor->at + 2;
    const char *close = strchr(name, '}');

    if (close == NULL)
        return false;
    cursor->at = close + 1;
    if (close - name == 1 && strchr("*?$", *name) != NULL) {
        cursor->value = name;
        cursor->value_end = close;
        return true;
    }
    const char *comma = memchr(name, ',', (size_t)(close - name));
    bool known = false;
    const char *value =
        policy_variable_value(name, (size_t)((comma != NULL ? comma : close) - name), request, &known);
    if (value == NULL)
        return comma != NULL && known && default_value(comma, close, cursor);
    cursor->value = value;
    cursor->value_end = value + strlen(value);
    return true;
}

static bool at_variable(const struct cursor *cursor, const struct reading *reading)
{
    return (reading->flags & POLICY_PATTERN_VARIABLES) && cursor->at[0] == '$' && cursor->at[1] == '{';
}

/* All variables have values by now: see resolves(). */
static struct piece next_piece(struct cursor *cursor, const struct reading *reading)
{
    while (cursor->value == cursor->value_end && at_variable(cursor, reading))
        (void)enter_variable(cursor, reading->request);
    if (cursor->value != cursor->value_end)
        return (struct piece){PIECE_BYTE, *cursor->value++};
    char byte = *cursor->at;
    if (byte == '\0')
        return (struct piece){PIECE_END, byte};
    cursor->at++;
    if ((reading->flags & POLICY_PATTERN_WILDCARDS) && byte == '*')
        return (struct piece){PIECE_ANY, byte};
    if ((reading->flags & POLICY_PATTERN_WILDCARDS) && byte == '?')
        return (struct piece){PIECE_ONE, byte};
    return (struct piece){PIECE_BYTE, byte};
}

static bool resolves(const char *pattern, const struct reading *reading)
{
    struct cursor cursor = {.at = pattern};

    while (*cursor.at != '\0') {
        if (!at_variable(&cursor, reading))
            cursor.at++;
        else if (!enter_variable(&cursor, reading->request))
            return false;
    }
    return true;
}

static bool same_byte(char a, char b, unsigned flags)
{
    return a == b ||
           ((flags & POLICY_PATTERN_CASELESS) && tolower((unsigned char)a) == tolower((unsigned char)b));
}

static const char *behind_character(const char *text)
{
    text++;
    while (((unsigned char)*text & 0xc0) == 0x80)
        text++;
    return text;
}

/* The last * takes as little as it can, and one character more whenever what follows it does not fit; stars
 * before it never need to take more. */
static bool matches(const char *pattern, const struct reading *reading, const char *text)
{
    struct cursor cursor = {.at = pattern};
    struct cursor after_star = {0};
    const char *taken = NULL;

    for (;;) {
        struct piece piece = next_piece(&cursor, reading);
        if (piece.kind == PIECE_ANY) {
            after_star = cursor;
            taken = text;
        } else if (piece.kind == PIECE_END && *text == '\0') {
            return true;
        } else if (piece.kind == PIECE_ONE && *text != '\0') {
            text = behind_character(text);
        } else if (piece.kind == PIECE_BYTE && *text != '\0' &&
                   same_byte(piece.byte, *text, reading->flags)) {
            text++;
        } else {
            if (taken == NULL || *taken == '\0')
                return false;
            taken = behind_character(taken);
            text = taken;
            cursor = after_star;
        }
    }
}

enum policy_match policy_pattern_match(const char *pattern, unsigned flags, const char *text,
                                       const struct policy_request *request)
{
    struct reading reading = {flags, request};

    if (!resolves(pattern, &reading))
        return POLICY_MATCH_UNRESOLVED;
    return matches(pattern, &reading, text) ? POLICY_MATCH_YES : POLICY_MATCH_NO;
}
