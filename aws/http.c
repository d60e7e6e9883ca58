/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/http.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aws/encoding.h"
#include "aws/environment.h"
#include "base/clock.h"
#include "base/memory.h"

#define STALLED_S 60
#define USER_AGENT "expresslink-portal/" EXPRESSLINK_VERSION

struct aws_http {
    CURL *curl;
    char said[CURL_ERROR_SIZE];
};

/* State of one exchange, shared with libcurl's callbacks. */
struct exchange {
    const struct aws_http_request *request;
    struct aws_http_answer *answer;
    unsigned long long read; /* of the stream */
    bool unreadable, too_large;
};

static void free_list(struct curl_slist **list)
{
    curl_slist_free_all(*list);
}
#define LIST __attribute__((cleanup(free_list)))

struct aws_http *aws_http_new(void)
{
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK)
        abort();
    struct aws_http *http = memory_new(1, sizeof *http);
    http->curl = curl_easy_init();
    if (!http->curl)
        abort();
    return http;
}

void aws_http_free(struct aws_http *http)
{
    if (!http)
        return;
    curl_easy_cleanup(http->curl);
    curl_global_cleanup();
    free(http);
}

void aws_http_answer_fini(struct aws_http_answer *answer)
{
    text_fini(&answer->body);
}

static bool stopped(const struct aws_http_request *request)
{
    return request->interrupted && *request->interrupted;
}

static size_t body_max(const struct aws_http_request *request)
{
    return request->body_max ? request->body_max : AWS_HTTP_BODY_MAX;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *user)
{
    struct exchange *exchange = user;
    struct text *body = &exchange->answer->body;

    if (body->length + size * count > body_max(exchange->request)) {
        exchange->too_large = true;
        return 0;
    }
    text_add(body, bytes, size * count);
    return size * count;
}

/* Copies the value of a header's line when the name matches. Truncates it to room. */
static bool take_value(const char *line, size_t length, const char *name, char *out, size_t room)
{
    size_t skip = strlen(name);

    if (length <= skip || strncasecmp(line, name, skip) != 0 || line[skip] != ':')
        return false;
    for (line += skip + 1, length -= skip + 1; length && strchr(" \t", *line); length--)
        line++;
    while (length && strchr(" \t\r\n", line[length - 1]))
        length--;
    if (length >= room)
        length = room - 1;
    for (size_t i = 0; i < length; i++)
        out[i] = line[i];
    out[length] = '\0';
    return true;
}

/* -1: the value of Cache-Control names none. */
static long max_age_of(const char *value)
{
    static const char name[] = "max-age=";
    const char *at = strcasestr(value, name);
    char *end;

    if (!at || (at > value && !strchr(" ,", at[-1]))) /* not of s-max-age */
        return -1;
    long seconds = strtol(at + sizeof name - 1, &end, 10);
    return end != at + sizeof name - 1 && seconds >= 0 ? seconds : -1;
}

static size_t take_header(char *line, size_t size, size_t count, void *user)
{
    struct aws_http_answer *answer = ((struct exchange *)user)->answer;
    size_t length = size * count;
    char value[256];

    if (take_value(line, length, "x-amzn-RequestId", answer->request_id, sizeof answer->request_id) ||
        take_value(line, length, "x-amz-request-id", answer->request_id, sizeof answer->request_id) ||
        take_value(line, length, "ETag", answer->etag, sizeof answer->etag) ||
        take_value(line, length, "x-amz-bucket-region", answer->bucket_region,
                   sizeof answer->bucket_region) ||
        take_value(line, length, "x-amzn-ErrorType", answer->error_type, sizeof answer->error_type))
        return length;
    if (take_value(line, length, "Cache-Control", value, sizeof value))
        answer->max_age_s = max_age_of(value);
    else if (take_value(line, length, "Date", value, sizeof value)) {
        time_t date = curl_getdate(value, NULL);
        answer->date_ms = date > 0 ? date * 1000LL : 0;
    } else if (take_value(line, length, "Retry-After", value, sizeof value)) {
        char *end;
        long seconds = strtol(value, &end, 10); /* the other form, a date, is ignored */
        if (end != value && *end == '\0' && seconds >= 0)
            answer->retry_after_s = seconds;
    }
    return length;
}

static size_t give_body(char *out, size_t size, size_t count, void *user)
{
    struct exchange *exchange = user;
    const struct aws_stream *stream = exchange->request->stream;
    unsigned long long left = stream->length - exchange->read;
    size_t room = size * count < left ? size * count : (size_t)left;

    if (stopped(exchange->request))
        return CURL_READFUNC_ABORT;
    if (left == 0)
        return 0;
    size_t got = stream->read(stream->context, out, room);
    if (got == 0 || got > room) { /* otherwise the service waits for the rest until it times out */
        exchange->unreadable = true;
        return CURL_READFUNC_ABORT;
    }
    exchange->read += got;
    return got;
}

static int look_around(void *user, curl_off_t all_down, curl_off_t down, curl_off_t all_up, curl_off_t up)
{
    struct exchange *exchange = user;
    const struct aws_stream *stream = exchange->request->stream;

    (void)all_down, (void)down, (void)all_up;
    if (stream && stream->progress && up > 0)
        stream->progress(stream->context, (unsigned long long)up);
    return stopped(exchange->request);
}

/* A line end in a token or a tag would start another header. */
static bool is_clean(const char *text)
{
    for (; *text; text++)
        if ((unsigned char)*text < ' ' || *text == 0x7f)
            return false;
    return true;
}

static bool add_header(struct curl_slist **list, const char *name, const char *value)
{
    TEXT struct text line = TEXT_EMPTY;

    /* libcurl signs a header without a value, but does not send it */
    if (!is_clean(name) || !is_clean(value) || value[strspn(value, " \t")] == '\0')
        return false;
    text_printf(&line, "%s: %s", name, value);
    struct curl_slist *longer = curl_slist_append(*list, text_get(&line));
    if (!longer)
        abort();
    *list = longer;
    return true;
}

static bool set_headers(CURL *curl, const struct aws_http_request *request, struct curl_slist **list)
{
    const struct aws_signature *signature = request->signature;

    if (signature && !is_clean(signature->access_key))
        return false;
    for (const struct aws_pair *header = request->headers; header && header->name; header++)
        if (!add_header(list, header->name, header->value))
            return false;
    if (signature && signature->session_token &&
        !add_header(list, "X-Amz-Security-Token", signature->session_token))
        return false;
    if (request->stream && !add_header(list, "x-amz-content-sha256", request->stream->sha256))
        return false;
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, *list);
    return true;
}

/* libcurl signs the URL and sends the request target. The path is encoded a different number of times in
 * them. */
static void set_address(CURL *curl, const struct aws_http_request *request)
{
    bool is_s3 = request->signature && strcmp(request->signature->service, "s3") == 0;
    TEXT struct text url = TEXT_EMPTY;
    TEXT struct text target = TEXT_EMPTY;
    const char *mark = request->query[0] ? "?" : "";

    text_puts(&url, request->url->origin);
    if (request->signature && !is_s3)
        aws_encode(&url, request->path, "/");
    else
        text_puts(&url, request->path);
    text_printf(&url, "%s%s", mark, request->query);
    text_printf(&target, "%s%s%s", request->path, mark, request->query);
    curl_easy_setopt(curl, CURLOPT_URL, text_get(&url));
    curl_easy_setopt(curl, CURLOPT_REQUEST_TARGET, text_get(&target));
    curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
}

static void set_proxy(CURL *curl, const struct aws_url *url)
{
    const char *proxy = aws_variable("https_proxy");

    if (!proxy)
        proxy = aws_variable("HTTPS_PROXY");
    /* "" also makes libcurl ignore http_proxy and all_proxy */
    curl_easy_setopt(curl, CURLOPT_PROXY, url->is_tls && !url->is_loopback && proxy ? proxy : "");
    curl_easy_setopt(curl, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

static void set_trust(CURL *curl, const char *ca_file)
{
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
    curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
    curl_easy_setopt(curl, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    if (ca_file) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, ca_file);
        curl_easy_setopt(curl, CURLOPT_CAPATH, NULL); /* instead of the system's, not in addition */
    }
}

static void set_signature(CURL *curl, const struct aws_signature *signature)
{
    TEXT struct text scope = TEXT_EMPTY;

    text_printf(&scope, "aws:amz:%s:%s", signature->region, signature->service);
    curl_easy_setopt(curl, CURLOPT_AWS_SIGV4, text_get(&scope));
    curl_easy_setopt(curl, CURLOPT_USERNAME, signature->access_key);
    curl_easy_setopt(curl, CURLOPT_PASSWORD, signature->secret_key);
}

/* Seeking is not supported: when libcurl needs to resend a stream, it fails, and the next attempt resends
 * it. */
static void set_body(CURL *curl, struct exchange *exchange)
{
    const struct aws_http_request *request = exchange->request;

    if (request->stream) {
        curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)request->stream->length);
        curl_easy_setopt(curl, CURLOPT_READFUNCTION, give_body);
        curl_easy_setopt(curl, CURLOPT_READDATA, exchange);
    } else if (request->body) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, request->body);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)request->body_length);
    }
    curl_easy_setopt(curl, CURLOPT_NOBODY, strcmp(request->method, "HEAD") == 0 ? 1L : 0L);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request->method);
}

static void set_times(CURL *curl, const struct aws_http_request *request)
{
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, request->connect_ms);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, request->total_ms);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)STALLED_S);
}

static void set_callbacks(CURL *curl, struct exchange *exchange)
{
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, exchange);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, take_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, exchange);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look_around);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, exchange);
}

/* False: a header is not valid. */
static bool prepare(struct aws_http *http, struct exchange *exchange, struct curl_slist **headers)
{
    const struct aws_http_request *request = exchange->request;
    CURL *curl = http->curl;

    curl_easy_reset(curl);
    http->said[0] = '\0';
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, http->said);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_FRESH_CONNECT, request->once ? 1L : 0L);
    curl_easy_setopt(curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, USER_AGENT);
    set_address(curl, request);
    set_proxy(curl, request->url);
    set_trust(curl, request->ca_file);
    set_times(curl, request);
    set_body(curl, exchange);
    set_callbacks(curl, exchange);
    if (request->signature)
        set_signature(curl, request->signature);
    return set_headers(curl, request, headers);
}

static enum aws_http_result judge(const struct aws_http *http, const struct exchange *exchange, CURLcode code,
                                  struct text *why)
{
    if (code == CURLE_OK)
        return AWS_HTTP_ANSWERED;
    if (stopped(exchange->request)) {
        text_puts(why, "interrupted");
        return AWS_HTTP_INTERRUPTED;
    }
    text_printf(why, "%s: ", exchange->request->url->origin);
    if (exchange->unreadable) {
        text_puts(why, "the data to send cannot be read, or its length has changed");
        return AWS_HTTP_UNREADABLE;
    }
    if (exchange->too_large) {
        size_t most = body_max(exchange->request);
        bool in_mib = most >> 20 != 0;
        text_printf(why, "the answer is larger than %zu %s", in_mib ? most >> 20 : most >> 10,
                    in_mib ? "MiB" : "KiB");
        return AWS_HTTP_IMPOSSIBLE;
    }
    if (code == CURLE_COULDNT_RESOLVE_PROXY) /* libcurl's text has the whole proxy URL, with the password */
        text_puts(why, "the proxy of https_proxy cannot be used");
    else
        text_puts(why, http->said[0] ? http->said : curl_easy_strerror(code));
    switch (code) {
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CIPHER:
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
        return AWS_HTTP_IMPOSSIBLE;
    default:
        return AWS_HTTP_LOST;
    }
}

enum aws_http_result aws_http_exchange(struct aws_http *http, const struct aws_http_request *request,
                                       struct aws_http_answer *out, struct text *why)
{
    struct exchange exchange = {.request = request, .answer = out};
    LIST struct curl_slist *headers = NULL;

    *out = (struct aws_http_answer){.retry_after_s = -1, .max_age_s = -1};
    if (!prepare(http, &exchange, &headers)) {
        text_printf(why, "%s: a header or the credentials are empty or contain a line end",
                    request->url->origin);
        return AWS_HTTP_IMPOSSIBLE;
    }
    CURLcode code = curl_easy_perform(http->curl);
    enum aws_http_result result = judge(http, &exchange, code, why);
    if (result == AWS_HTTP_ANSWERED)
        curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &out->status);
    curl_easy_reset(http->curl); /* drop the secret key and pointers to the stack */
    return result;
}
