/* SPDX-License-Identifier: Apache-2.0 */
#include "label/label.h"

#include <stdio.h>
#include <string.h>

#include "base/excerpt.h"
#include "base/utf8.h"

const char *label_public_url_problem(const char *public_url)
{
    size_t length = strlen(public_url);
    size_t scheme = strncmp(public_url, "https://", 8) == 0  ? 8
                    : strncmp(public_url, "http://", 7) == 0 ? 7
                                                             : 0;

    if (scheme == 0)
        return "must begin with https:// or http://";
    if (length == scheme || public_url[scheme] == '/')
        return "has no host name";
    if (length > LABEL_PUBLIC_URL_MAX)
        return "is too long";
    if (public_url[length - 1] == '/')
        return "must not end with a slash";
    for (size_t i = 0; i < length; i++)
        if (public_url[i] <= ' ' || public_url[i] > '~' || strchr("\"<>\\^`{|}?#", public_url[i]) != NULL)
            return "has a character in it that may not stand in an address of pages";
    return NULL;
}

static void explain_character(const struct identifier_problem *problem, struct text *why)
{
    text_puts(why, " ");
    excerpt_escape(problem->character, strlen(problem->character), why);
    text_printf(why, " at position %zu", problem->position);
}

static void explain(const struct identifier_problem *problem, struct text *why)
{
    text_printf(why, "it is not an identifier: %s", identifier_error_name(problem->error));
    if (problem->error == IDENTIFIER_BAD_CHARACTER && problem->position != 0)
        explain_character(problem, why);
    if (problem->error == IDENTIFIER_WRONG_CHECK && problem->group_text[0] != '\0')
        text_printf(why, ", compare the group %s", problem->group_text);
    else if (problem->wanted != 0)
        text_printf(why, " (%zu of %zu characters)", problem->length, problem->wanted);
}

/* The first account whose form matches decides how the name is written. */
static bool parse_name(const struct label_rules *rules, const char *typed, char out[IDENTIFIER_SIZE],
                       struct text *why)
{
    struct identifier_problem best = {0};
    size_t length = strlen(typed);

    for (size_t i = 0; i < rules->form_count; i++) {
        struct identifier_problem this = {0};
        if (identifier_parse(&rules->forms[i], typed, length, out, &this) == IDENTIFIER_OK)
            return true;
        best = i > 0 ? *identifier_problem_better(&best, &this) : this;
    }
    if (rules->form_count == 0)
        identifier_trim(&typed, &length);
    if (rules->form_count == 0 && identifier_is_thing_name(typed, length)) {
        memcpy(out, typed, length);
        out[length] = '\0';
        return true;
    }
    if (rules->form_count > 0)
        explain(&best, why);
    else
        text_printf(why, "it is not a thing name: %d to %d letters, digits, dashes and underscores",
                    IDENTIFIER_MIN, IDENTIFIER_MAX);
    return false;
}

/* Characters that reverse the text after them, or have no meaning. */
static bool is_treacherous(uint32_t c)
{
    return c < 0x20 || (c >= 0x7f && c < 0xa0) || (c >= 0x200b && c <= 0x200f) ||
           (c >= 0x2028 && c <= 0x202e) || (c >= 0x2060 && c <= 0x206f) || c == 0xfeff ||
           (c >= 0xfff9 && c <= 0xffff) || (c & 0xfffe) == 0xfffe;
}

static bool check_text(const char *text, const char *what, struct text *why)
{
    size_t count = 0;
    uint32_t c;

    for (size_t left = strlen(text), size; left > 0; left -= size, text += size, count++) {
        size = utf8_decode(text, left, &c);
        if (size == 0)
            text_printf(why, "its %s is not UTF-8", what);
        else if (is_treacherous(c)) {
            text_printf(why, "its %s has an invisible character (", what);
            excerpt_escape(text, size, why);
            text_printf(why, ") at position %zu; delete it", count + 1);
        }
        if (size == 0 || is_treacherous(c))
            return false;
    }
    if (count > LABEL_TEXT_MAX)
        text_printf(why, "its %s has %zu characters, more than %d", what, count, LABEL_TEXT_MAX);
    return count <= LABEL_TEXT_MAX;
}

const char *label_serial_text(const struct label *label)
{
    return label->serial_line[0] != '\0' ? label->serial_line : label->serial;
}

static bool make_link(const struct label_rules *rules, struct label *label, struct text *why)
{
    const char *serial = label->serial[0] != '\0' ? label->serial : label->name;
    TEXT struct text path = TEXT_EMPTY;

    if (digital_link_check_serial(serial) != IDENTIFIER_OK) {
        if (label->serial[0] == '\0')
            text_puts(why, "it has no serial number, which a Digital Link needs");
        else
            text_printf(
                why,
                "its serial number cannot be in a Digital Link: that takes 1 to %d letters, digits and "
                "signs, without spaces, #, $, @ and brackets",
                DIGITAL_LINK_VALUE_MAX);
        return false;
    }
    snprintf(label->link.gtin, sizeof label->link.gtin, "%s", rules->gtin);
    snprintf(label->link.serial, sizeof label->link.serial, "%.*s", DIGITAL_LINK_VALUE_MAX, serial);
    snprintf(label->gtin_line, sizeof label->gtin_line, LABEL_GTIN_WORD "%s", rules->gtin);
    snprintf(label->serial_line, sizeof label->serial_line, LABEL_SERIAL_WORD "%.*s", DIGITAL_LINK_VALUE_MAX,
             serial);
    digital_link_add_path(rules->gtin, serial, &path);
    snprintf(label->url, sizeof label->url, "%s%s", rules->public_url, text_get(&path));
    return true;
}

bool label_make(const struct label_rules *rules, const char *identifier, const char *product,
                const char *serial, struct label *out, struct text *why)
{
    struct label label = {.product = product != NULL ? product : "", .serial = serial != NULL ? serial : ""};

    if (!parse_name(rules, identifier, label.name, why) || !check_text(label.product, "product", why) ||
        !check_text(label.serial, "serial", why))
        return false;
    check_characters_of(label.name, label.check);
    if (rules->gtin == NULL)
        snprintf(label.url, sizeof label.url, "%s/r/%s", rules->public_url, label.name);
    else if (!make_link(rules, &label, why))
        return false;
    const char *host = strstr(rules->public_url, "://");
    snprintf(label.address, sizeof label.address, "%s", host != NULL ? host + 3 : rules->public_url);
    *out = label;
    return true;
}
