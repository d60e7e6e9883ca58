/* SPDX-License-Identifier: Apache-2.0 */
/* Checks and parses values by type. */
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/config_private.h"
#include "base/excerpt.h"
#include "base/number.h"
#include "base/plain_text.h"
#include "base/utf8.h"

#define LIST_SEPARATORS " \t,"
#define SHOWN_MAX 60 /* bytes of a bad value shown in its error */

static const struct unit {
    const char *name;
    long long ms;
} units[] = {{"d", 86400000}, {"h", 3600000}, {"m", 60000}, {"s", 1000}, {"ms", 1}};

#define UNIT_COUNT (sizeof units / sizeof *units)

static bool parse_integer(const char *text, const char **end, long long *out)
{
    const char *digits = *text == '-' ? text + 1 : text;
    size_t count = strspn(digits, "0123456789");

    if (count == 0 || count > 18) /* 18 digits always fit */
        return false;
    *out = strtoll(text, NULL, 10);
    *end = digits + count;
    return true;
}

/* Parses exactly length bytes of text. */
static bool parse_duration(const char *text, size_t length, long long *out_ms)
{
    const char *unit;
    long long number;
    long long factor = 1000; /* a plain number is seconds */

    if (length == 0 || *text == '-' || !parse_integer(text, &unit, &number))
        return false;
    size_t unit_length = length - (size_t)(unit - text);
    for (size_t i = 0; unit_length > 0 && i <= UNIT_COUNT; i++) {
        if (i == UNIT_COUNT)
            return false;
        factor = units[i].ms;
        if (strlen(units[i].name) == unit_length && strncmp(units[i].name, unit, unit_length) == 0)
            break;
    }
    return !__builtin_mul_overflow(number, factor, out_ms);
}

size_t config_split_durations(const char *text, long long *out_ms, size_t room)
{
    size_t count = 0;

    for (text += strspn(text, LIST_SEPARATORS); *text != '\0'; text += strspn(text, LIST_SEPARATORS)) {
        size_t length = strcspn(text, LIST_SEPARATORS);
        if (count == room || !parse_duration(text, length, &out_ms[count]))
            return 0;
        count++;
        text += length;
    }
    return count;
}

static bool parse_boolean(const char *text, long long *out)
{
    static const char *const words[] = {"no", "yes", "false", "true", "off", "on", "0", "1"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcasecmp(text, words[i]) == 0) {
            *out = (long long)(i % 2);
            return true;
        }
    }
    return false;
}

static bool is_choice(const char *choices, const char *text)
{
    size_t wanted = strlen(text);

    for (;;) {
        size_t length = strcspn(choices, "|");
        if (length == wanted && strncmp(choices, text, length) == 0)
            return true;
        if (choices[length] == '\0')
            return false;
        choices += length + 1;
    }
}

static bool is_printable(const char *text)
{
    size_t left = strlen(text);

    while (left > 0) {
        uint32_t character;
        size_t size = utf8_decode(text, left, &character);
        if (size == 0 || character < 0x20 || (character >= 0x7F && character <= 0x9F))
            return false;
        text += size;
        left -= size;
    }
    return true;
}

/* Whether inih would see a comment in the value. */
static bool has_comment(const char *text)
{
    return text[0] == ';' || strstr(text, " ;") != NULL;
}

/* Writes "90s", not 90000. */
static void add_duration(struct text *out, long long ms)
{
    size_t i = 0;

    while (i < UNIT_COUNT - 1 && (ms == 0 || ms % units[i].ms != 0))
        i++;
    text_printf(out, "%lld%s", ms / units[i].ms, units[i].name);
}

static bool is_bounded(const struct config_key *key)
{
    return key->min != 0 || key->max != 0;
}

static bool within(const struct config_key *key, long long number)
{
    return !is_bounded(key) || (number >= key->min && number <= key->max);
}

/* Starts an error with the value, unless it is a secret, and what is wrong with it. */
static bool refuse(const struct config_key *key, const char *text, const char *what, struct text *problem)
{
    if (key->secret) {
        text_puts(problem, "the value ");
    } else if (excerpt_may_be_key(text, strlen(text))) {
        excerpt_add(text, strlen(text), problem);
        text_puts(problem, " ");
    } else {
        char shown[SHOWN_MAX + 1];
        size_t length = strnlen(text, SHOWN_MAX);
        memcpy(shown, text, length);
        shown[length] = '\0';
        text_puts(problem, "\"");
        text_json(problem, shown);
        text_puts(problem, text[length] == '\0' ? "\" " : "...\" ");
    }
    text_puts(problem, what);
    return false;
}

static bool check_number(const struct config_key *key, const char *text, long long number,
                         struct text *problem)
{
    if (within(key, number))
        return true;
    refuse(key, text, "is not between ", problem);
    if (key->type == CONFIG_INTEGER) {
        text_printf(problem, "%lld and %lld", key->min, key->max);
        return false;
    }
    add_duration(problem, key->min);
    text_puts(problem, " and ");
    add_duration(problem, key->max);
    return false;
}

static bool check_durations(const struct config_key *key, const char *text, struct text *problem)
{
    long long delays[CONFIG_DURATIONS_MAX];
    size_t count = config_split_durations(text, delays, CONFIG_DURATIONS_MAX);

    if (count == 0)
        return refuse(key, text, "is not a list of 1 to 32 durations (such as \"5s 1m\")", problem);
    for (size_t i = 0; i < count; i++)
        if (!check_number(key, text, delays[i], problem))
            return false;
    return true;
}

static bool check_text(const struct config_key *key, const char *text, struct text *problem)
{
    if (within(key, (long long)strlen(text)))
        return true;
    if (text[0] == '\0')
        text_puts(problem, "must not be empty");
    else
        text_printf(problem, "has %zu bytes, %lld to %lld are allowed", strlen(text), key->min, key->max);
    return false;
}

static bool check_path(const struct config_key *key, const char *text, struct text *problem)
{
    if (text[0] == '\0') {
        if (key->fallback == NULL)
            text_puts(problem, "must not be empty");
        return key->fallback != NULL;
    }
    if (access(text, R_OK) == 0)
        return true;
    refuse(key, text, "cannot be read: ", problem);
    text_puts(problem, strerror(errno));
    return false;
}

static bool check_type(const struct config_key *key, const char *text, long long *number,
                       struct text *problem)
{
    switch (key->type) {
    case CONFIG_TEXT:
        return check_text(key, text, problem);
    case CONFIG_INTEGER:
        if (!number_parse(text, LLONG_MIN, LLONG_MAX, number))
            return refuse(key, text, "is not a whole number", problem);
        return check_number(key, text, *number, problem);
    case CONFIG_DURATION:
        if (!parse_duration(text, strlen(text), number))
            return refuse(key, text, "is not a duration (such as 250ms, 5s, 15m, 2h, 1d)", problem);
        return check_number(key, text, *number, problem);
    case CONFIG_DURATIONS:
        return check_durations(key, text, problem);
    case CONFIG_BOOLEAN:
        return parse_boolean(text, number) || refuse(key, text, "is neither yes nor no", problem);
    case CONFIG_CHOICE:
        if (is_choice(key->choices, text))
            return true;
        refuse(key, text, "is none of ", problem);
        text_puts(problem, key->choices);
        return false;
    case CONFIG_PATH:
        return check_path(key, text, problem);
    case CONFIG_REMOVED: /* has no value */
        break;
    }
    abort();
}

bool config_check(const struct config_key *key, const char *text, long long *number, struct text *problem)
{
    struct hidden_character hidden;
    size_t length = strlen(text);

    if (length > CONFIG_VALUE_MAX) {
        text_printf(problem, "has more than %d bytes", CONFIG_VALUE_MAX);
        return false;
    }
    if (!is_printable(text))
        return refuse(key, text, "has a control character or is not UTF-8", problem);
    if (!key->secret && plain_text_find_hidden(text, length, &hidden)) {
        plain_text_explain_hidden(&hidden, problem);
        return false;
    }
    if (!key->secret && length >= 2 && text[0] == '"' && text[length - 1] == '"')
        return refuse(key, text, "has quotes around it; write it without them", problem);
    if (!key->secret && has_comment(text))
        return refuse(key, text, "has a ; at its start or after a space, which starts a comment", problem);
    return check_type(key, text, number, problem);
}
