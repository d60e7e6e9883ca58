/* SPDX-License-Identifier: Apache-2.0 */
#include "server/handlers/label_reading.h"

#include <string.h>
#include <strings.h>

#include "server/handlers/intake.h"

/* The host of an http(s) address, without user, port and path; false for any other text. */
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

static bool is_our_host(const char *public_url, const char *hosts, const char *host, size_t length)
{
    const char *own;
    size_t own_length;

    if (!host_of(public_url, &own, &own_length))
        return true;
    return (own_length == length && strncasecmp(own, host, length) == 0) || is_listed(hosts, host, length);
}

static enum label_verdict read_one(const struct claim_settings *settings, const char *public_url,
                                   const char *hosts, const struct decode_code *code,
                                   struct label_reading *out)
{
    struct registration_request request = {0};
    const char *host;
    size_t host_length;
    bool is_address = host_of(code->text, &host, &host_length);

    if (is_address && !is_our_host(public_url, hosts, host, host_length))
        return LABEL_FOREIGN;
    if (intake_targets(settings, code->text, code->length, &request, &out->problem)) {
        memcpy(out->identifier, request.targets[0].thing_name, IDENTIFIER_SIZE);
        return LABEL_OURS;
    }
    bool was_meant = is_address || out->problem.error == IDENTIFIER_WRONG_CHECK;
    return was_meant ? LABEL_WRONG : LABEL_FOREIGN;
}

/* One label wins over every code that is none, and a label that cannot be right over what is no label. */
void label_read(const struct claim_settings *settings, const char *public_url, const char *hosts,
                const struct decode_code *codes, size_t count, struct label_reading *out)
{
    *out = (struct label_reading){.verdict = LABEL_FOREIGN};
    for (size_t i = 0; i < count; i++) {
        struct label_reading this = {.code = i};
        this.verdict = read_one(settings, public_url, hosts, &codes[i], &this);
        if (this.verdict == LABEL_OURS && out->verdict == LABEL_OURS) {
            if (strcmp(this.identifier, out->identifier) != 0) {
                *out = (struct label_reading){.verdict = LABEL_SEVERAL, .code = out->code};
                return;
            }
        } else if (this.verdict == LABEL_OURS ||
                   (this.verdict == LABEL_WRONG && out->verdict == LABEL_FOREIGN)) {
            *out = this;
        }
    }
}
