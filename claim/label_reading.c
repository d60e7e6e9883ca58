/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/label_reading.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

struct address {
    const char *host; /* without user and port */
    size_t host_length;
    size_t length; /* of the whole address */
};

static size_t span_until(const char *text, size_t length, const char *stops)
{
    size_t at = 0;

    while (at < length && (text[at] == '\0' || strchr(stops, text[at]) == NULL))
        at++;
    return at;
}

static size_t span_of_address(const char *text, size_t length)
{
    return span_until(text, length, " \t\r\n\"<>");
}

/* Whether a Digital Link begins in this path, however it goes on: /01/ and the first digits of a GTIN. */
static bool begins_link(const char *path, size_t length)
{
    size_t count = 0;

    length = span_of_address(path, length);
    for (size_t at = 0; at + 4 <= length && count < DIGITAL_LINK_GTIN_MIN; at++) {
        count = 0;
        while (memcmp(path + at, "/01/", 4) == 0 && at + 4 + count < length &&
               isdigit((unsigned char)path[at + 4 + count]))
            count++;
    }
    return count >= DIGITAL_LINK_GTIN_MIN;
}

/* Browsers show and copy addresses without their scheme: a host with a dot in it, and a label's path. */
static bool is_bare_address(const char *text, size_t length)
{
    size_t host = 0;

    while (host < length && (isalnum((unsigned char)text[host]) || text[host] == '.' || text[host] == '-'))
        host++;
    size_t end = host < length && text[host] == ':' ? host + 1 : host;
    while (end > host && end < length && isdigit((unsigned char)text[end]))
        end++;
    return memchr(text, '.', host) != NULL && length - end >= 3 && text[end] == '/' &&
           (strncasecmp(text + end, "/r/", 3) == 0 || begins_link(text + end, length - end));
}

/* Whether an http(s) address begins here. */
static bool take_address(const char *text, size_t length, struct address *out)
{
    size_t scheme = length >= 8 && strncasecmp(text, "https://", 8) == 0  ? 8
                    : length >= 7 && strncasecmp(text, "http://", 7) == 0 ? 7
                                                                          : 0;
    if (scheme == 0 && !is_bare_address(text, length))
        return false;
    out->length = span_of_address(text, length);
    const char *host = text + scheme;
    size_t left = span_until(host, out->length - scheme, "/?#\\");
    for (size_t at = left; at > 0; at--)
        if (host[at - 1] == '@') {
            host += at;
            left -= at;
            break;
        }
    out->host = host;
    if (left > 0 && *host == '[') {
        size_t closed = span_until(host, left, "]");
        out->host_length = closed < left ? closed + 1 : left;
    } else {
        out->host_length = span_until(host, left, ":");
    }
    return true;
}

static bool is_listed(const char *hosts, const char *host, size_t length)
{
    for (const char *at = hosts; *at;) {
        at += strspn(at, " ,\t");
        size_t this_length = strcspn(at, " ,\t");
        if (this_length == length && strncasecmp(at, host, length) == 0)
            return true;
        at += this_length;
    }
    return false;
}

static bool is_our_host(const struct label_origin *origin, const struct address *address)
{
    struct address own;

    if (!take_address(origin->public_url, strlen(origin->public_url), &own))
        return true;
    return (own.host_length == address->host_length &&
            strncasecmp(own.host, address->host, own.host_length) == 0) ||
           is_listed(origin->hosts, address->host, address->host_length);
}

bool label_own_text(const struct label_origin *origin, const char *text, size_t length,
                    struct label_own_text *out)
{
    struct address address;

    if (length > sizeof out->text)
        return false;
    memcpy(out->text, text, length);
    out->length = length;
    out->is_foreign = false;
    for (size_t at = 0; at < length;) {
        if (!take_address(text + at, length - at, &address)) {
            at++;
            continue;
        }
        if (!is_our_host(origin, &address)) {
            memset(out->text + at, ' ', address.length);
            out->is_foreign = true;
        }
        at += address.length;
    }
    return true;
}

enum identifier_error label_own_link(const struct label_own_text *own, struct digital_link *out, bool *alone)
{
    size_t words;
    struct digital_link link;
    enum identifier_error error = digital_link_search(own->text, own->length, &link, &words);

    *alone = words == 1;
    if (error == IDENTIFIER_OK && link.serial[0] == '\0')
        return IDENTIFIER_NO_SERIAL;
    if (error == IDENTIFIER_OK)
        *out = link;
    return error;
}

void label_device_add(const struct label_device *device, struct text *out)
{
    if (device->thing_name[0] != '\0')
        text_puts(out, device->thing_name);
    else
        digital_link_add_path(device->link.gtin, device->link.serial, out);
}

static bool parse(const struct label_origin *origin, const char *text, size_t length,
                  char thing_name[IDENTIFIER_SIZE], struct identifier_problem *problem)
{
    struct identifier_problem best = {0};

    for (size_t i = 0; i < origin->form_count; i++) {
        struct identifier_problem this = {0};
        if (identifier_parse(&origin->forms[i], text, length, thing_name, &this) == IDENTIFIER_OK)
            return true;
        best = best.error ? *identifier_problem_better(&best, &this) : this;
    }
    if (best.error)
        *problem = best;
    return false;
}

/* Forms may write one device's name differently; one form that gives the same name for both texts is
 * enough. */
static bool same_device(const struct label_origin *origin, const struct label_text *a,
                        const struct label_text *b)
{
    struct label_own_text own[2];
    char names[2][IDENTIFIER_SIZE];

    if (!label_own_text(origin, a->text, a->length, &own[0]) ||
        !label_own_text(origin, b->text, b->length, &own[1]))
        return false;
    for (size_t i = 0; i < origin->form_count; i++)
        if (identifier_parse(&origin->forms[i], own[0].text, own[0].length, names[0], NULL) ==
                IDENTIFIER_OK &&
            identifier_parse(&origin->forms[i], own[1].text, own[1].length, names[1], NULL) ==
                IDENTIFIER_OK &&
            strcmp(names[0], names[1]) == 0)
            return true;
    return false;
}

static bool has_address(const struct label_own_text *own)
{
    struct address address;

    for (size_t at = 0; at < own->length; at++)
        if (take_address(own->text + at, own->length - at, &address))
            return true;
    return false;
}

static bool is_wrong(const struct label_own_text *own, enum identifier_error error)
{
    return identifier_error_settles(error) || has_address(own);
}

/* An identifier, or a Digital Link. */
static bool find_device(const struct label_origin *origin, const struct label_own_text *own,
                        struct label_reading *reading)
{
    bool alone;
    enum identifier_error link = label_own_link(own, &reading->device.link, &alone);

    if ((link == IDENTIFIER_NO_MATCH || !alone) &&
        parse(origin, own->text, own->length, reading->device.thing_name, &reading->problem))
        return true;
    if (link != IDENTIFIER_NO_MATCH && link != IDENTIFIER_OK &&
        !identifier_error_settles(reading->problem.error))
        reading->problem = (struct identifier_problem){.error = link};
    return link == IDENTIFIER_OK;
}

static struct label_reading read_one(const struct label_origin *origin, const struct label_text *text)
{
    struct label_reading reading = {.verdict = LABEL_FOREIGN, .problem.error = IDENTIFIER_NO_MATCH};
    struct label_own_text own;

    if (!label_own_text(origin, text->text, text->length, &own)) {
        reading.problem.error = IDENTIFIER_TOO_LONG;
        return reading;
    }
    if (find_device(origin, &own, &reading))
        reading.verdict = LABEL_OURS;
    else if (is_wrong(&own, reading.problem.error))
        reading.verdict = LABEL_WRONG;
    else if (own.is_foreign)
        reading.problem = (struct identifier_problem){.error = IDENTIFIER_FOREIGN};
    return reading;
}

static bool has_name(const struct label_reading *reading)
{
    return reading->device.thing_name[0] != '\0';
}

/* Both are labels of ours. One device may have a label, and its box a Digital Link: only the inventory knows,
 * and the label names the device by itself. */
static bool may_be_same(const struct label_origin *origin, const struct label_text *texts,
                        const struct label_reading *a, const struct label_reading *b)
{
    if (has_name(a) != has_name(b))
        return true;
    if (has_name(a))
        return same_device(origin, &texts[a->text], &texts[b->text]);
    return strcmp(a->device.link.gtin, b->device.link.gtin) == 0 &&
           strcmp(a->device.link.serial, b->device.link.serial) == 0;
}

static bool is_better(const struct label_reading *this, const struct label_reading *so_far)
{
    if (this->verdict == LABEL_OURS)
        return so_far->verdict != LABEL_OURS || (has_name(this) && !has_name(so_far));
    return this->verdict == LABEL_WRONG && so_far->verdict == LABEL_FOREIGN;
}

/* A valid label wins over all other codes, an invalid label over codes that are not labels. */
void label_read(const struct label_origin *origin, const struct label_text *texts, size_t count,
                struct label_reading *out)
{
    *out = read_one(origin, &texts[0]);
    for (size_t i = 1; i < count; i++) {
        struct label_reading this = read_one(origin, &texts[i]);
        this.text = i;
        if (this.verdict == LABEL_OURS && out->verdict == LABEL_OURS &&
            !may_be_same(origin, texts, out, &this)) {
            out->verdict = LABEL_SEVERAL;
            out->another = this.device;
            return;
        }
        if (is_better(&this, out))
            *out = this;
    }
}
