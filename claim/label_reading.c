/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/label_reading.h"

#include <string.h>
#include <strings.h>

/* The host of an http(s) URL, without user, port and path; false for any other text. */
static bool host_of(const char *text, const char **host, size_t *length)
{
    if (strncasecmp(text, "http://", 7) != 0 && strncasecmp(text, "https://", 8) != 0)
        return false;
    const char *at = strchr(text, ':') + 3;
    const char *end = at + strcspn(at, "/?#\\");
    for (const char *c = at; c < end; c++)
        if (*c == '@')
            at = c + 1;
    *host = at;
    *length = *at == '[' ? strcspn(at, "]") + 1 : strcspn(at, ":/?#\\");
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

static bool is_our_host(const struct label_origin *origin, const char *host, size_t length)
{
    const char *own;
    size_t own_length;

    if (!host_of(origin->public_url, &own, &own_length))
        return true;
    return (own_length == length && strncasecmp(own, host, length) == 0) ||
           is_listed(origin->hosts, host, length);
}

static bool parse(const struct label_origin *origin, const struct label_text *text,
                  char thing_name[IDENTIFIER_SIZE], struct identifier_problem *problem)
{
    struct identifier_problem best = {0};

    for (size_t i = 0; i < origin->form_count; i++) {
        struct identifier_problem this = {0};
        if (identifier_parse(&origin->forms[i], text->text, text->length, thing_name, &this) == IDENTIFIER_OK)
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
    char names[2][IDENTIFIER_SIZE];

    for (size_t i = 0; i < origin->form_count; i++)
        if (identifier_parse(&origin->forms[i], a->text, a->length, names[0], NULL) == IDENTIFIER_OK &&
            identifier_parse(&origin->forms[i], b->text, b->length, names[1], NULL) == IDENTIFIER_OK &&
            strcmp(names[0], names[1]) == 0)
            return true;
    return false;
}

static struct label_reading read_one(const struct label_origin *origin, const struct label_text *text)
{
    struct label_reading reading = {.verdict = LABEL_FOREIGN};
    const char *host;
    size_t host_length;
    bool is_address = host_of(text->text, &host, &host_length);

    reading.problem.error = IDENTIFIER_NO_MATCH;
    if (is_address && !is_our_host(origin, host, host_length))
        return reading;
    if (parse(origin, text, reading.thing_name, &reading.problem))
        reading.verdict = LABEL_OURS;
    else if (is_address || reading.problem.error == IDENTIFIER_WRONG_CHECK)
        reading.verdict = LABEL_WRONG;
    return reading;
}

/* A valid label wins over all other codes, an invalid label over codes that are not labels. */
void label_read(const struct label_origin *origin, const struct label_text *texts, size_t count,
                struct label_reading *out)
{
    *out = read_one(origin, &texts[0]);
    for (size_t i = 1; i < count; i++) {
        struct label_reading this = read_one(origin, &texts[i]);
        this.text = i;
        if (this.verdict == LABEL_OURS && out->verdict == LABEL_OURS) {
            if (same_device(origin, &texts[out->text], &texts[i]))
                continue;
            out->verdict = LABEL_SEVERAL;
            memcpy(out->another_name, this.thing_name, sizeof this.thing_name);
            return;
        }
        if (this.verdict == LABEL_OURS || (this.verdict == LABEL_WRONG && out->verdict == LABEL_FOREIGN))
            *out = this;
    }
}
