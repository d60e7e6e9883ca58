/* SPDX-License-Identifier: Apache-2.0 */
#include "server/page/language.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* One element of the header: "de-AT;q=0.8". */
struct range {
    const char *tag;
    size_t length;
    int quality; /* thousandths */
};

/* How well a range matches a language. The best match decides the quality. */
enum closeness { APART, ANY, NARROWER, WIDER, EXACT };

struct wish {
    enum closeness closeness;
    int quality;
    size_t place;
};

bool language_tag_valid(const char *tag)
{
    const size_t length = strnlen(tag, LANGUAGE_TAG_MAX + 1);
    const size_t primary = strspn(tag, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    if (length > LANGUAGE_TAG_MAX || primary < 2 || primary > 3)
        return false;
    size_t group = primary;
    for (size_t i = primary; i < length; i++) {
        if (tag[i] != '-' && !isalnum((unsigned char)tag[i]))
            return false;
        if (tag[i] == '-' && group == 0)
            return false;
        group = tag[i] == '-' ? 0 : group + 1;
        if (group > 8 || (i == primary && tag[i] != '-'))
            return false;
    }
    return group > 0;
}

static size_t skip_space(const char *bytes, size_t at, size_t end)
{
    while (at < end && (bytes[at] == ' ' || bytes[at] == '\t'))
        at++;
    return at;
}

/* qvalue = ( "0" [ "." 0*3DIGIT ] ) / ( "1" [ "." 0*3("0") ] ), in thousandths; -1 if it is malformed. */
static int parse_quality(const char *bytes, size_t length)
{
    if (length == 0 || length > 5 || (bytes[0] != '0' && bytes[0] != '1') || (length > 1 && bytes[1] != '.'))
        return -1;
    int quality = (bytes[0] - '0') * 1000;
    int unit = 100;
    for (size_t i = 2; i < length; i++, unit /= 10) {
        if (bytes[i] < '0' || bytes[i] > '9')
            return -1;
        quality += (bytes[i] - '0') * unit;
    }
    return quality <= 1000 ? quality : -1;
}

static bool parse_range(const char *bytes, size_t length, struct range *out)
{
    size_t at = skip_space(bytes, 0, length);
    const size_t start = at;
    while (at < length && (isalnum((unsigned char)bytes[at]) || bytes[at] == '-' || bytes[at] == '*'))
        at++;
    struct range range = {bytes + start, at - start, 1000};
    if (range.length == 0 || range.length > LANGUAGE_TAG_MAX)
        return false;
    at = skip_space(bytes, at, length);
    if (at < length) {
        if (bytes[at] != ';')
            return false;
        at = skip_space(bytes, at + 1, length);
        if (length - at < 2 || (bytes[at] != 'q' && bytes[at] != 'Q') || bytes[at + 1] != '=')
            return false;
        at += 2;
        while (length > at && (bytes[length - 1] == ' ' || bytes[length - 1] == '\t'))
            length--;
        range.quality = parse_quality(bytes + at, length - at);
    }
    if (range.quality < 0)
        return false;
    *out = range;
    return true;
}

static enum closeness compare(const struct range *range, const char *language)
{
    const size_t length = strlen(language);
    const size_t common = length < range->length ? length : range->length;
    if (range->length == 1 && range->tag[0] == '*')
        return ANY;
    if (strncasecmp(range->tag, language, common) != 0)
        return APART;
    if (length == range->length)
        return EXACT;
    if (length > range->length)
        return language[common] == '-' ? WIDER : APART;
    /* "de-AT;q=0" does not exclude German in general. */
    return range->tag[common] == '-' && range->quality > 0 ? NARROWER : APART;
}

static void consider(struct wish *wish, const struct range *range, size_t place, const char *language)
{
    const enum closeness closeness = compare(range, language);
    if (closeness < wish->closeness || closeness == APART)
        return;
    if (closeness == wish->closeness && range->quality <= wish->quality)
        return;
    *wish = (struct wish){closeness, range->quality, place};
}

static struct wish wish_for(const char *language, const char *header, size_t length)
{
    struct wish wish = {APART, 0, 0};
    size_t place = 0;
    for (size_t at = 0; at < length; place++) {
        const char *comma = memchr(header + at, ',', length - at);
        const size_t end = comma != NULL ? (size_t)(comma - header) : length;
        struct range range;
        if (parse_range(header + at, end - at, &range))
            consider(&wish, &range, place, language);
        at = end + 1;
    }
    return wish;
}

size_t language_choose(const char *const *languages, size_t count, const char *accept_language)
{
    size_t best = 0;
    if (accept_language == NULL)
        return best;
    const size_t length = strnlen(accept_language, ACCEPT_LANGUAGE_MAX);
    struct wish best_wish = {APART, 0, 0};
    for (size_t i = 0; i < count; i++) {
        const struct wish wish = wish_for(languages[i], accept_language, length);
        const bool earlier = wish.quality == best_wish.quality && wish.place < best_wish.place;
        if (wish.quality > best_wish.quality || (wish.quality > 0 && earlier)) {
            best = i;
            best_wish = wish;
        }
    }
    return best;
}
