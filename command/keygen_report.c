/* SPDX-License-Identifier: Apache-2.0 */
#include "command/keygen_report.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/memory.h"

void keygen_outcome_fini(struct keygen_outcome *outcome)
{
    text_fini(&outcome->kind);
    text_fini(&outcome->key.path);
    text_fini(&outcome->request.path);
    text_fini(&outcome->certificate.path);
}

/* Appends a path, quoted for a shell if needed. */
static void add_quoted(const char *path, struct text *out)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./-+,:@%";

    if (strspn(path, plain) == strlen(path)) {
        text_puts(out, path);
        return;
    }
    text_puts(out, "'");
    for (; *path != '\0'; path++)
        if (*path == '\'')
            text_puts(out, "'\\''");
        else
            text_add(out, path, 1);
    text_puts(out, "'");
}

/* Appends the command to run next; nothing if there is none. */
static void add_next(const struct keygen_outcome *outcome, struct text *out)
{
    const char *request = text_get(&outcome->request.path);

    if (outcome->certificate.state != KEYGEN_NONE)
        return;
    if (outcome->observer) {
        text_puts(out,
                  "expresslink-claim account apply --ca manufacturer-ca.pem --birth-certificate birth.pem "
                  "--observer-request ");
        add_quoted(request, out);
        text_puts(out, " --portal-ini portal.ini");
    } else {
        text_puts(out, "expresslink-claim account certificate ");
        add_quoted(request, out);
    }
}

static void print_file(FILE *out, const struct keygen_file *file, const char *what, size_t width)
{
    static const char *const words[] = {[KEYGEN_MADE] = "Made", [KEYGEN_KEPT] = "Kept"};

    if (file->state != KEYGEN_NONE)
        fprintf(out, "%s  %-*s  %s\n", words[file->state], (int)width, text_get(&file->path), what);
}

static void print_files(FILE *out, const struct keygen_outcome *outcome)
{
    TEXT struct text key = TEXT_EMPTY, request = TEXT_EMPTY;
    size_t width = outcome->certificate.path.length;

    text_printf(&key, "private key, %s", text_get(&outcome->kind));
    text_printf(&request, "signing request%s%s", outcome->request.state == KEYGEN_MADE ? ", CN = " : "",
                outcome->request.state == KEYGEN_MADE ? outcome->name : "");
    print_file(out, &outcome->key, text_get(&key), width);
    print_file(out, &outcome->request, text_get(&request), width);
    print_file(out, &outcome->certificate, "certificate of that key", width);
    fputs("\n", out);
    if (outcome->key_is_open)
        fprintf(out, "Warning: other users of this machine can read %s. Restrict it: chmod 600 %s\n\n",
                text_get(&outcome->key.path), text_get(&outcome->key.path));
}

static void print_never(FILE *out, const struct keygen_outcome *outcome)
{
    fprintf(out,
            "Never send %s to anyone, not even AWS: whoever has it can act as this %s.\n"
            "Keep a backup where you keep secrets: there is no other copy.\n",
            text_get(&outcome->key.path), outcome->observer ? "observer" : "claim-thing");
}

static void print_observer(FILE *out, const struct keygen_outcome *outcome, const char *next)
{
    if (*next != '\0')
        fprintf(out,
                "Next: let your AWS account make its certificate, and everything that devices need there\n"
                "(manufacturer-ca.pem is your module vendor's CA; --dry-run shows what would change):\n\n"
                "    %s\n\n",
                next);
    else
        fprintf(out, "The observer is complete. Check it: expresslink-claim doctor --config portal.ini\n\n");
    print_never(out, outcome);
}

/* What AWS wants to know before it makes a claim-thing (OG appendix A, "Register as an OEM with AWS"). */
static void print_email(FILE *out)
{
    fputs(
        "Ask AWS for the claim-thing with this e-mail (Onboarding-by-Claim guide, appendix A); fill in the\n"
        "four lines:\n\n"
        "    To: expresslink-onboarding@amazon.com\n"
        "    Subject: ExpressLink onboarding by claim: a claim-thing for our company\n\n"
        "    Company name:\n"
        "    AWS account ID:\n"
        "    Technical/developer contact (name and e-mail):\n"
        "    Technical manager contact (name and e-mail):\n\n"
        "Both contacts receive the claim-thing's name, a UUID, and how to upload the certificate.\n",
        out);
}

static void print_claim_thing(FILE *out, const struct keygen_outcome *outcome, const char *next)
{
    const char *certificate = text_get(&outcome->certificate.path);

    if (*next != '\0')
        fprintf(
            out,
            "Next: let your AWS account make its certificate, inactive there so that no one can connect:\n\n"
            "    %s\n\n",
            next);
    print_email(out);
    fprintf(out,
            "%s %s, and nothing else, in the way that they say. It is not secret.\n"
            "If they ask for a signing request instead, send them %s.\n",
            *next != '\0' ? "Then send" : "Send", certificate, text_get(&outcome->request.path));
    print_never(out, outcome);
    fputs("\n"
          "You also need the staging endpoint of your module vendor. In portal.ini UUID and endpoint\n"
          "are client_id and address of [staging.VENDOR], together with\n\n",
          out);
    OWNED char *full_key = realpath(text_get(&outcome->key.path), NULL);
    if (full_key != NULL)
        fprintf(out, "    cert_file = %.*s.pem\n    key_file = %s\n",
                (int)(strlen(full_key) - strlen(".key")), full_key, full_key);
}

bool keygen_report_print(FILE *out, const struct keygen_outcome *outcome)
{
    TEXT struct text next = TEXT_EMPTY;

    add_next(outcome, &next);
    print_files(out, outcome);
    (outcome->observer ? print_observer : print_claim_thing)(out, outcome, text_get(&next));
    return fflush(out) == 0 && ferror(out) == 0;
}

static void add_file(cJSON *object, const char *name, const struct keygen_file *file)
{
    static const char *const words[] = {
        [KEYGEN_NONE] = "none", [KEYGEN_MADE] = "made", [KEYGEN_KEPT] = "kept"};
    cJSON *member = cJSON_AddObjectToObject(object, name);

    cJSON_AddStringToObject(member, "path", text_get(&file->path));
    cJSON_AddStringToObject(member, "state", words[file->state]);
}

static void add_or_null(cJSON *object, const char *name, const char *value)
{
    if (*value != '\0')
        cJSON_AddStringToObject(object, name, value);
    else
        cJSON_AddNullToObject(object, name);
}

bool keygen_report_json(FILE *out, const struct keygen_outcome *outcome)
{
    JSON cJSON *object = cJSON_CreateObject();
    TEXT struct text next = TEXT_EMPTY;
    bool is_sent = !outcome->observer && outcome->certificate.state != KEYGEN_NONE;

    add_next(outcome, &next);
    cJSON_AddStringToObject(object, "name", outcome->name);
    cJSON_AddStringToObject(object, "role", outcome->observer ? "observer" : "claim-thing");
    add_file(object, "key", &outcome->key);
    add_file(object, "request", &outcome->request);
    add_file(object, "certificate", &outcome->certificate);
    add_or_null(object, "send", is_sent ? text_get(&outcome->certificate.path) : "");
    cJSON_AddStringToObject(object, "never_send", text_get(&outcome->key.path));
    add_or_null(object, "next", text_get(&next));
    OWNED char *text = cJSON_PrintUnformatted(object);
    fprintf(out, "%s\n", text != NULL ? text : "");
    return text != NULL && fflush(out) == 0 && ferror(out) == 0;
}
