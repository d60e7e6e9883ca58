/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/request.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/encoding.h"
#include "aws/refusal.h"
#include "aws/retry.h"
#include "aws/session_private.h"
#include "base/clock.h"
#include "base/digest.h"
#include "base/log.h"
#include "base/memory.h"

#define CONNECT_MS 10000L
#define TOTAL_MS 60000L
#define SKEW_MS (4 * 60 * 1000LL) /* AWS allows five minutes */

/* State of one aws_send(). */
struct sending {
    struct aws_session *session;
    const struct aws_request *request;
    const atomic_int *interrupted;
    struct aws_url url;
    struct text path, query;
    struct aws_pair *headers;
    struct aws_credentials credentials; /* of the newest attempt */
    char digest[DIGEST_SIZE];
    struct aws_response *out;
    struct text *why;
    long long sent_ms, date_ms;
    long retry_after_s;
    bool refreshed;   /* the credentials, because the service reported them as expired */
    bool sent_before; /* the stream must be rewound */
};

static bool has_header(const struct aws_pair *headers, const char *name)
{
    for (; headers && headers->name; headers++)
        if (strcasecmp(headers->name, name) == 0)
            return true;
    return false;
}

/* libcurl sends Content-Length: 0 only when a body is set. */
static const char *body_of(const struct aws_request *request)
{
    return request->body || request->stream || request->method[0] != 'P' ? request->body : "";
}

/* The request's own headers; Content-Type when there is a body (libcurl's default is a form); for S3 the
 * digest of the body. http.c adds that of a stream. */
static void collect_headers(struct sending *sending)
{
    const struct aws_request *request = sending->request;
    bool is_s3 = strcmp(request->service, "s3") == 0;
    size_t count = 0;

    while (request->headers && request->headers[count].name)
        count++;
    sending->headers = memory_new(count + 3, sizeof *sending->headers);
    for (size_t i = 0; i < count; i++)
        sending->headers[i] = request->headers[i];
    if ((body_of(request) || request->stream) && !has_header(sending->headers, "Content-Type"))
        sending->headers[count++] =
            (struct aws_pair){"Content-Type", is_s3 ? "application/octet-stream" : "application/json"};
    if (is_s3 && !request->stream) {
        digest_sha256(request->body ? request->body : "", request->body ? request->body_length : 0,
                      sending->digest);
        sending->headers[count++] = (struct aws_pair){"x-amz-content-sha256", sending->digest};
    }
}

static bool is_encoded(const char *path)
{
    for (; *path; path++)
        if (*path <= ' ' || *path >= 0x7f || *path == '?' || *path == '#')
            return false;
    return true;
}

static bool prepare(struct sending *sending)
{
    const struct aws_request *request = sending->request;

    if (!aws_session_url(sending->session, request->service, request->host, request->region, &sending->url,
                         sending->why))
        return false;
    if (strcmp(request->service, "s3") != 0 && aws_path_has_dots(request->path)) {
        text_printf(sending->why, "%s: %s does not accept . or .. as a name", request->path,
                    request->service);
        return false;
    }
    if (!is_encoded(request->path)) {
        text_puts(sending->why, "the path is not percent-encoded");
        return false;
    }
    text_printf(&sending->path, "%s%s", sending->url.path, request->path);
    aws_encode_query(&sending->query, request->query);
    collect_headers(sending);
    return true;
}

static void finish(struct sending *sending)
{
    aws_url_fini(&sending->url);
    text_fini(&sending->path);
    text_fini(&sending->query);
    free(sending->headers);
    aws_credentials_fini(&sending->credentials);
}

static void clear_response(struct aws_response *out)
{
    aws_response_fini(out);
    *out = (struct aws_response){0};
}

static void explain(struct sending *sending, const char *what)
{
    const struct aws_response *out = sending->out;
    struct text *why = sending->why;

    text_printf(why, "%s %s: ", sending->request->service, what);
    if (out->code[0])
        text_puts(why, out->code);
    if (out->code[0] && out->message.length)
        text_puts(why, ": ");
    text_puts(why, text_get(&out->message));
    text_printf(why, "%sHTTP %ld", out->code[0] || out->message.length ? " (" : "", out->status);
    if (out->request_id[0])
        text_printf(why, ", request %s", out->request_id);
    text_puts(why, out->code[0] || out->message.length ? ")" : "");
}

/* Signatures are valid for minutes, so a wrong clock looks like a wrong key. */
static void explain_clock(struct sending *sending)
{
    long long ahead = sending->date_ms ? clock_wall_ms() - sending->date_ms : 0;
    long long minutes = (llabs(ahead) + 30000) / 60000;

    if (llabs(ahead) >= SKEW_MS)
        text_printf(sending->why, ": this machine's clock is %lld minutes %s; set it and try again", minutes,
                    ahead > 0 ? "ahead" : "behind");
}

static enum aws_error judge_status(long status)
{
    switch (status) {
    case 401:
    case 403:
        return AWS_FORBIDDEN;
    case 404:
        return AWS_NOT_FOUND;
    case 409:
        return AWS_CONFLICT;
    default:
        return AWS_REFUSED;
    }
}

static enum aws_error judge_refusal(struct sending *sending)
{
    const struct aws_response *out = sending->out;

    switch (aws_refusal_kind(out->status, out->code, text_get(&out->message))) {
    case AWS_REFUSAL_THROTTLED:
        if (sending->session->throttled)
            atomic_fetch_add(sending->session->throttled, 1);
        explain(sending, "asks for fewer requests");
        return AWS_THROTTLED;
    case AWS_REFUSAL_BUSY:
        explain(sending, "is not available");
        return AWS_UNAVAILABLE;
    case AWS_REFUSAL_EXPIRED:
        explain(sending, "says that the credentials have expired");
        explain_clock(sending);
        return AWS_EXPIRED;
    case AWS_REFUSAL_CLOCK:
        explain(sending, "does not accept the signature");
        explain_clock(sending);
        return AWS_FORBIDDEN;
    default:
        explain(sending, "refuses");
        return aws_refusal_is_permission(out->code) ? AWS_FORBIDDEN : judge_status(out->status);
    }
}

/* The service dated the answer, in whole seconds, between the request and now. Only a difference beyond that
 * interval is clock skew. */
static void take_date(struct aws_session *session, long long sent_ms, long long date_ms)
{
    long long least = date_ms - clock_wall_ms(), most = date_ms + 999 - sent_ms;

    session->skew_ms = least > 0 ? least : most < 0 ? most : 0;
    session->knows_skew = true;
}

/* Moves the answer into *out. */
static enum aws_error take_answer(struct sending *sending, struct aws_http_answer *answer)
{
    struct aws_response *out = sending->out;

    out->status = answer->status;
    out->body = answer->body;
    answer->body = (struct text)TEXT_EMPTY;
    memcpy(out->request_id, answer->request_id, sizeof out->request_id);
    memcpy(out->etag, answer->etag, sizeof out->etag);
    memcpy(out->bucket_region, answer->bucket_region, sizeof out->bucket_region);
    sending->date_ms = answer->date_ms;
    if (answer->date_ms)
        take_date(sending->session, sending->sent_ms, answer->date_ms);
    sending->retry_after_s = answer->retry_after_s;
    if (out->status >= 200 && out->status <= 299)
        return AWS_OK;
    aws_refusal_read(answer->error_type, text_get(&out->body), out->body.length, out->code, &out->message);
    return judge_refusal(sending);
}

/* *again: retry after a wait. */
static enum aws_error judge(struct sending *sending, enum aws_http_result result,
                            struct aws_http_answer *answer, bool *again)
{
    *again = result == AWS_HTTP_LOST;
    switch (result) {
    case AWS_HTTP_ANSWERED: {
        enum aws_error error = take_answer(sending, answer);
        *again = error == AWS_THROTTLED || error == AWS_UNAVAILABLE;
        return error;
    }
    case AWS_HTTP_UNREADABLE:
        return AWS_UNREADABLE;
    case AWS_HTTP_INTERRUPTED:
        return AWS_INTERRUPTED;
    default:
        return AWS_UNREACHABLE;
    }
}

static long shorter(long a, long b)
{
    return b == 0 || a < b ? a : b;
}

static enum aws_error exchange(struct sending *sending, bool *again)
{
    const struct aws_credentials *credentials = &sending->credentials;
    const struct aws_request *request = sending->request;
    const struct aws_signature signature = {
        .region = request->region ? request->region : sending->session->region,
        .service = request->service,
        .access_key = credentials->access_key,
        .secret_key = credentials->secret_key,
        .session_token = credentials->session_token,
    };
    const struct aws_http_request sent = {
        .method = request->method,
        .url = &sending->url,
        .path = text_get(&sending->path),
        .query = text_get(&sending->query),
        .headers = sending->headers,
        .body = body_of(request),
        .body_length = request->body ? request->body_length : 0,
        .stream = request->stream,
        .signature = &signature,
        .ca_file = sending->session->ca_file,
        .connect_ms = shorter(CONNECT_MS, sending->session->answer_ms),
        .total_ms = request->stream ? 0 : shorter(TOTAL_MS, sending->session->answer_ms),
        .interrupted = sending->interrupted,
        .once = sending->request->attempts == 1,
    };
    struct aws_http_answer answer;

    sending->sent_ms = clock_wall_ms();
    enum aws_http_result result = aws_http_exchange(sending->session->http, &sent, &answer, sending->why);
    enum aws_error error = judge(sending, result, &answer, again);
    aws_http_answer_fini(&answer);
    return error;
}

/* One attempt. newer: reload the credentials first. */
static enum aws_error attempt(struct sending *sending, bool newer, bool *again)
{
    const struct aws_request *request = sending->request;
    struct aws_credentials found;

    *again = false;
    enum aws_error error =
        aws_credential_source_get(sending->session->source, sending->session->http, sending->interrupted,
                                  newer ? &sending->credentials : NULL, &found, sending->why);
    if (error)
        return error;
    aws_credentials_fini(&sending->credentials);
    sending->credentials = found;
    if (request->stream && sending->sent_before && !request->stream->rewind(request->stream->context)) {
        text_puts(sending->why, "the data to send cannot be read again from its beginning");
        return AWS_UNREADABLE;
    }
    sending->sent_before = true;
    return exchange(sending, again);
}

/* Retries after the service reported the credentials as expired. */
static enum aws_error attempt_with_newer(struct sending *sending, bool *again)
{
    struct aws_response first = *sending->out;
    OWNED char *said = text_take(sending->why);

    sending->refreshed = true;
    *sending->out = (struct aws_response){0};
    enum aws_error error = attempt(sending, true, again);
    if (error == AWS_EXPIRED && sending->out->status == 0) { /* no newer ones: keep the service's answer */
        OWNED char *advice = text_take(sending->why);
        *sending->out = first;
        text_printf(sending->why, "%s: %s", said, advice);
        return error;
    }
    aws_response_fini(&first);
    if (error == AWS_EXPIRED)
        text_puts(sending->why, ": the reloaded ones have expired too");
    return error;
}

static enum aws_error attempt_fresh(struct sending *sending, bool *again)
{
    enum aws_error error = attempt(sending, false, again);

    if (error != AWS_EXPIRED || sending->refreshed || sending->out->status == 0)
        return error;
    return attempt_with_newer(sending, again);
}

static enum aws_error repeat(struct sending *sending)
{
    struct aws_session *session = sending->session;
    unsigned attempts = sending->request->attempts ? sending->request->attempts : session->attempts;
    bool again = false;

    for (unsigned failed = 1;; failed++) {
        sending->retry_after_s = -1;
        enum aws_error error = attempt_fresh(sending, &again);
        if (!error || !again)
            return error;
        if (failed >= attempts) {
            text_printf(sending->why, "; tried %u time%s", failed, failed == 1 ? "" : "s");
            return error;
        }
        log_event(LOG_DEBUG, "aws.again", "service", sending->request->service, "why", text_get(sending->why),
                  NULL);
        long long wait = aws_retry_wait_ms(failed, session->retry_base_ms, sending->retry_after_s);
        text_clear(sending->why);
        clear_response(sending->out);
        if (!aws_retry_sleep(wait, sending->interrupted)) {
            text_puts(sending->why, "interrupted");
            return AWS_INTERRUPTED;
        }
    }
}

enum aws_error aws_send(struct aws_session *session, const struct aws_request *request,
                        struct aws_response *out, struct text *why)
{
    TEXT struct text said = TEXT_EMPTY;
    struct sending sending = {
        .session = session,
        .request = request,
        .interrupted = request->interrupted ? request->interrupted : session->interrupted,
        .out = out,
        .why = &said,
    };

    *out = (struct aws_response){0};
    enum aws_error error = prepare(&sending) ? repeat(&sending) : AWS_REFUSED;
    if (error)
        text_puts(why, text_get(&said));
    finish(&sending);
    return error;
}
