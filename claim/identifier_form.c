/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/identifier_form.h"

#include <ctype.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "base/number.h"

#define UUID_DIGITS 32
#define HEX_DIGITS 32
#define PATTERN_MAX 256

static bool parse_case(const char *name, int *out)
{
    static const char *const names[] = {[FORM_LOWER] = "lower", [FORM_UPPER] = "upper", [FORM_KEEP] = "keep"};

    for (int i = 0; i < (int)(sizeof names / sizeof *names); i++) {
        if (strcmp(name, names[i]) == 0) {
            *out = i;
            return true;
        }
    }
    return false;
}

/* Parses the "32" of "hex:32": one or two digits, nothing else. */
static bool parse_digits(const char *number, size_t *out)
{
    long long digits;

    if (strlen(number) > 2 || !number_parse(number, IDENTIFIER_MIN, IDENTIFIER_MAX, &digits))
        return false;
    *out = (size_t)digits;
    return true;
}

/* The letter cases that part of a pattern accepts. */
struct letters {
    bool upper, lower;
};

/* Parses ":upper:]" after "[". Returns what follows the class, or NULL if it is not one. */
static const char *scan_class(const char *at, struct letters *letters)
{
    const char *end = strstr(at + 1, ":]");

    if (*at != ':' || end == NULL)
        return NULL;
    if (strncmp(at, ":lower:", 7) != 0)
        letters->upper = true;
    if (strncmp(at, ":upper:", 7) != 0)
        letters->lower = true;
    return end + 2;
}

/* Parses the inside of a bracket expression. Returns what follows its "]". A negated one accepts both
 * cases. */
static const char *scan_bracket(const char *at, struct letters *letters)
{
    if (*at == '^') {
        *letters = (struct letters){true, true};
        at++;
    }
    for (bool first = true; *at != '\0' && (first || *at != ']'); first = false) {
        const char *after_class = *at == '[' ? scan_class(at + 1, letters) : NULL;
        if (after_class != NULL) {
            at = after_class;
            continue;
        }
        letters->upper = letters->upper || isupper((unsigned char)*at);
        letters->lower = letters->lower || islower((unsigned char)*at);
        at++;
    }
    return *at == ']' ? at + 1 : at;
}

static bool case_can_meet(int letter_case, const struct letters *letters)
{
    if (letters->upper == letters->lower)
        return true;
    return letter_case == FORM_LOWER ? letters->lower : letters->upper;
}

/* Whether the pattern can match after the change of case: identifier_case is "lower" by default, and a
 * pattern of capitals would silently never match. */
static bool pattern_fits_case(const char *pattern, int letter_case)
{
    if (letter_case == FORM_KEEP)
        return true;
    while (*pattern != '\0') {
        struct letters letters = {false, false};
        char c = *pattern++;
        if (c == '\\' && *pattern != '\0') {
            pattern++; /* \w, \b and the like are not letters */
            continue;
        }
        if (c == '[')
            pattern = scan_bracket(pattern, &letters);
        else
            letters = (struct letters){isupper((unsigned char)c), islower((unsigned char)c)};
        if (!case_can_meet(letter_case, &letters))
            return false;
    }
    return true;
}

static bool has_back_reference(const char *pattern)
{
    for (; *pattern != '\0'; pattern++) {
        if (*pattern != '\\')
            continue;
        pattern++;
        if (isdigit((unsigned char)*pattern))
            return true;
        if (*pattern == '\0')
            break;
    }
    return false;
}

static regex_t *compile(const char *pattern, int letter_case)
{
    size_t length = strnlen(pattern, PATTERN_MAX + 1);

    if (length == 0 || length > PATTERN_MAX || has_back_reference(pattern) ||
        !pattern_fits_case(pattern, letter_case))
        return NULL;
    OWNED regex_t *regex = memory_new(1, sizeof *regex);
    if (regcomp(regex, pattern, REG_EXTENDED) != 0)
        return NULL;
    regex_t *compiled = regex;
    regex = NULL;
    return compiled;
}

enum identifier_error identifier_form_parse(const char *form, const char *letter_case,
                                            struct identifier_form *out)
{
    struct identifier_form parsed = {.kind = FORM_PATTERN};

    if (!parse_case(letter_case, &parsed.letter_case))
        return IDENTIFIER_BAD_FORM;
    if (strcmp(form, "uuid") == 0) {
        parsed.kind = FORM_UUID;
        parsed.digits = UUID_DIGITS;
    } else if (strcmp(form, "hex") == 0) {
        parsed.kind = FORM_HEX;
        parsed.digits = HEX_DIGITS;
    } else if (strncmp(form, "hex:", 4) == 0 && parse_digits(form + 4, &parsed.digits)) {
        parsed.kind = FORM_HEX;
    } else if (strncasecmp(form, "hex", 3) == 0 || strcasecmp(form, "uuid") == 0) {
        return IDENTIFIER_BAD_FORM; /* "HEX", "hex:99", "hex32": probably a typo; as a pattern it would never
                                       match */
    } else {
        parsed.pattern = compile(form, parsed.letter_case);
        if (parsed.pattern == NULL)
            return IDENTIFIER_BAD_FORM;
    }
    *out = parsed;
    return IDENTIFIER_OK;
}

size_t identifier_form_length(const struct identifier_form *form)
{
    return form->digits;
}

void identifier_form_fini(struct identifier_form *form)
{
    if (form->pattern != NULL)
        regfree(form->pattern);
    free(form->pattern);
    *form = (struct identifier_form){0};
}

bool form_pattern_matches(const struct identifier_form *form, const char *name, size_t length)
{
    regmatch_t match;

    /* The leftmost longest match is the whole name if the whole name can match. Wrapping the pattern in ^( )$
     * instead would break with "a)|(b". */
    if (regexec(form->pattern, name, 1, &match, 0) != 0)
        return false;
    return match.rm_so == 0 && match.rm_eo == (regoff_t)length;
}

bool form_is_of_a_name(uint32_t c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || c == '-';
}

/* The intended hex digit, 0 for none. */
static char as_hex(uint32_t c)
{
    if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'F') || (c >= 'a' && c <= 'f'))
        return (char)c;
    if (c == 'O' || c == 'o')
        return '0';
    return c == 'I' || c == 'i' || c == 'L' || c == 'l' ? '1' : 0;
}

static char as_cased(char c, int letter_case)
{
    if (letter_case == FORM_LOWER && c >= 'A' && c <= 'Z')
        return (char)(c + ('a' - 'A'));
    if (letter_case == FORM_UPPER && c >= 'a' && c <= 'z')
        return (char)(c - ('a' - 'A'));
    return c;
}

char form_character(const struct identifier_form *form, uint32_t character)
{
    char c = form->kind != FORM_PATTERN     ? as_hex(character)
             : form_is_of_a_name(character) ? (char)character
                                            : 0;
    return as_cased(c, form->letter_case);
}

const char *form_alphabet(const struct identifier_form *form)
{
    if (form->kind != FORM_PATTERN)
        return form->letter_case == FORM_UPPER ? "0123456789ABCDEF" : "0123456789abcdef";
    if (form->letter_case == FORM_KEEP)
        return "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    return form->letter_case == FORM_UPPER ? "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                           : "0123456789abcdefghijklmnopqrstuvwxyz";
}

bool identifier_is_thing_name(const char *name, size_t length)
{
    if (length < IDENTIFIER_MIN || length > IDENTIFIER_MAX)
        return false;
    for (size_t i = 0; i < length; i++)
        if (!form_is_of_a_name((unsigned char)name[i]))
            return false;
    return true;
}
