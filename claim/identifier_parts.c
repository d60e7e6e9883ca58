/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/identifier_parts.h"

#include "base/utf8.h"

bool parts_is_separator(uint32_t character)
{
    return utf8_is_space(character) || typed_is_dash(character);
}

static bool is_letter_or_digit(uint32_t character)
{
    return form_is_of_a_name(character) && character != '-' && character != '_';
}

size_t parts_count_between(const struct typed *typed, size_t from, size_t end)
{
    size_t count = 0;

    for (; from < end; from++)
        if (!parts_is_separator(typed->marks[from].character))
            count++;
    return count;
}

/* The position of the last CHECK_MARK, or end if there is none. */
static size_t find_mark(const struct typed *typed, size_t end)
{
    size_t at = end;

    while (at > 0 && typed->marks[at - 1].character != CHECK_MARK)
        at--;
    return at > 0 ? at - 1 : end;
}

/* One to three characters after the mark are check characters, possibly one too many or too few; more are
 * something else. */
static bool are_check_characters(const struct typed *typed, size_t from, size_t end)
{
    size_t count = parts_count_between(typed, from, end);

    for (size_t i = from; i < end; i++)
        if (!parts_is_separator(typed->marks[i].character) && !is_letter_or_digit(typed->marks[i].character))
            return false;
    return count >= 1 && count <= MISTAKE_CHECK_MAX;
}

/* The position after the first count characters that are not spaces or dashes. */
static size_t place_after(const struct typed *typed, size_t count)
{
    size_t at = 0;

    for (; count > 0 || parts_is_separator(typed->marks[at].character); at++)
        if (!parts_is_separator(typed->marks[at].character))
            count--;
    return at;
}

/* Without a mark, the number of characters (plus or minus one) decides whether there are check characters. */
static void split_by_count(const struct identifier_form *form, struct parts *parts)
{
    size_t count = parts_count_between(parts->typed, 0, parts->end);

    if (form->digits == 0 || count <= form->digits || count > form->digits + MISTAKE_CHECK_MAX)
        return;
    size_t name_count = count == form->digits + 1 ? form->digits - 1 : form->digits;
    size_t check = place_after(parts->typed, name_count);
    if (!are_check_characters(parts->typed, check, parts->end))
        return;
    parts->name_end = parts->check = check;
    parts->check_count = count - name_count;
}

struct parts parts_split(const struct identifier_form *form, const struct typed *typed)
{
    size_t end = typed->count;

    if (end > 0 && typed->marks[end - 1].character == CHECK_MARK)
        end--; /* a trailing "/" as in a URL */
    struct parts parts = {.typed = typed, .name_end = end, .check = end, .end = end};
    size_t mark = find_mark(typed, end);
    if (mark == end) {
        split_by_count(form, &parts);
    } else if (are_check_characters(typed, mark + 1, end)) {
        parts.name_end = mark;
        parts.check = mark + 1;
        parts.check_count = parts_count_between(typed, mark + 1, end);
        parts.marked = true;
    }
    return parts;
}

void parts_copy_check(const struct parts *parts, char out[MISTAKE_CHECK_MAX + 1])
{
    size_t count = 0;

    for (size_t i = parts->check; i < parts->end; i++) {
        char c = (char)parts->typed->marks[i].character;
        if (!parts_is_separator(parts->typed->marks[i].character))
            out[count++] = c >= 'a' && c <= 'z' ? (char)(c - ('a' - 'A')) : c;
    }
    out[count] = '\0';
}
