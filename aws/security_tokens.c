/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/security_tokens.h"

#include <string.h>

#include "aws/encoding.h"
#include "aws/refusal.h"
#include "aws/retry.h"
#include "aws/xml.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/memory.h"

#define ATTEMPTS 3
#define CONNECT_MS 5000
#define TOTAL_MS 15000
#define TOKEN_FILE_MAX 65536

struct call {
    const char *action; /* "AssumeRole" */
    struct text form;
    const struct aws_signature *signature; /* NULL: not signed */
};

static void add_field(struct text *form, const char *name, const char *value)
{
    if (!value)
        return;
    text_printf(form, "&%s=", name);
    aws_encode(form, value, "");
}

static void write_form(struct call *call, const struct aws_role *role, const char *token)
{
    TEXT struct text own_name = TEXT_EMPTY;

    text_printf(&own_name, "expresslink-%lld", clock_wall_ms() / 1000);
    text_printf(&call->form, "Action=%s&Version=2011-06-15", call->action);
    add_field(&call->form, "RoleArn", role->arn);
    add_field(&call->form, "RoleSessionName", role->session_name ? role->session_name : text_get(&own_name));
    add_field(&call->form, "DurationSeconds", role->duration_s);
    add_field(&call->form, "ExternalId", token ? NULL : role->external_id);
    add_field(&call->form, "WebIdentityToken", token);
}

static bool take_answer(const struct call *call, const struct text *body, struct aws_credentials *out,
                        struct text *why)
{
    static const char *const names[] = {"AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"};
    struct aws_xml *xml = aws_xml_parse(text_get(body), body->length);
    const char *values[4] = {NULL};
    struct aws_credentials read = {0};

    for (size_t i = 0; xml && i < 4; i++) {
        TEXT struct text path = TEXT_EMPTY;
        text_printf(&path, "%sResult/Credentials/%s", call->action, names[i]);
        values[i] = aws_xml_text(xml, text_get(&path), 0);
    }
    bool fine = values[0] && values[1] && values[2] && values[3] &&
                aws_credentials_parse_time(values[3], &read.expires_ms);
    if (fine) {
        read.access_key = memory_string(values[0]);
        read.secret_key = memory_string(values[1]);
        read.session_token = memory_string(values[2]);
        *out = read;
    } else {
        text_printf(why, "sts:%s: the answer has no credentials", call->action);
    }
    aws_xml_free(xml);
    return fine;
}

static bool take_refusal(const struct call *call, const struct aws_http_answer *answer, const char *arn,
                         struct text *why)
{
    char code[AWS_CODE_SIZE] = "";
    TEXT struct text message = TEXT_EMPTY;

    aws_refusal_read(answer->error_type, text_get(&answer->body), answer->body.length, code, &message);
    text_printf(why, "sts:%s of %s: %s%s%s (HTTP %ld)", call->action, arn, code, message.length ? ": " : "",
                text_get(&message), answer->status);
    return answer->status == 429 || answer->status >= 500 || strcmp(code, "IDPCommunicationError") == 0 ||
           strcmp(code, "Throttling") == 0;
}

/* *again: another attempt may succeed. */
static bool send_once(const struct aws_asking *asking, const struct call *call, const char *arn,
                      struct aws_credentials *out, bool *again, struct text *why)
{
    static const struct aws_pair headers[] = {
        {"Content-Type", "application/x-www-form-urlencoded; charset=utf-8"}, {NULL, NULL}};
    const struct aws_http_request request = {
        .method = "POST",
        .url = asking->sts,
        .path = asking->sts->path[0] ? asking->sts->path : "/",
        .query = "",
        .headers = headers,
        .body = text_get(&call->form),
        .body_length = call->form.length,
        .signature = call->signature,
        .ca_file = asking->ca_file,
        .connect_ms = CONNECT_MS,
        .total_ms = TOTAL_MS,
        .interrupted = asking->interrupted,
    };
    TEXT struct text said = TEXT_EMPTY;
    struct aws_http_answer answer;
    bool fine = false;

    enum aws_http_result result = aws_http_exchange(asking->http, &request, &answer, &said);
    *again = result == AWS_HTTP_LOST;
    if (result != AWS_HTTP_ANSWERED)
        text_printf(why, "sts:%s of %s: %s", call->action, arn, text_get(&said));
    else if (answer.status == 200)
        fine = take_answer(call, &answer.body, out, why);
    else
        *again = take_refusal(call, &answer, arn, why);
    aws_http_answer_fini(&answer);
    return fine;
}

static bool send_call(const struct aws_asking *asking, const struct call *call, const char *arn,
                      struct aws_credentials *out, struct text *why)
{
    if (!asking->sts) {
        text_puts(why, asking->sts_problem);
        return false;
    }
    for (unsigned failed = 1;; failed++) {
        bool again = false;
        text_clear(why);
        if (send_once(asking, call, arn, out, &again, why))
            return true;
        if (failed == ATTEMPTS || !again ||
            !aws_retry_sleep(aws_retry_wait_ms(failed, asking->retry_base_ms, -1), asking->interrupted))
            return false;
    }
}

bool aws_security_tokens_assume(const struct aws_asking *asking, const struct aws_role *role,
                                const struct aws_credentials *base, struct aws_credentials *out,
                                struct text *why)
{
    const struct aws_signature signature = {
        .region = asking->region,
        .service = "sts",
        .access_key = base->access_key,
        .secret_key = base->secret_key,
        .session_token = base->session_token,
    };
    struct call call = {.action = "AssumeRole", .signature = &signature};

    write_form(&call, role, NULL);
    bool fine = send_call(asking, &call, role->arn, out, why);
    text_fini(&call.form);
    return fine;
}

bool aws_security_tokens_exchange(const struct aws_asking *asking, const struct aws_role *role,
                                  struct aws_credentials *out, struct text *why)
{
    struct call call = {.action = "AssumeRoleWithWebIdentity"};
    OWNED char *token = NULL;
    size_t length = 0;

    int error = file_read(role->token_file, TOKEN_FILE_MAX, &token, &length);
    if (error) {
        text_printf(why, "the web identity token %s cannot be read: %s", role->token_file, strerror(error));
        return false;
    }
    while (length && strchr(" \t\r\n", token[length - 1]))
        token[--length] = '\0';
    write_form(&call, role, token);
    bool fine = send_call(asking, &call, role->arn, out, why);
    text_fini(&call.form);
    return fine;
}
