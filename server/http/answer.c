/* SPDX-License-Identifier: Apache-2.0 */
/* The http_answer...() calls of http.h, except pages: response.c makes those. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/hash.h"
#include "base/memory.h"
#include "server/http/exchange.h"

void http_answer(struct http_exchange *exchange, unsigned status, const char *content_type, struct text *body)
{
    exchange->transport->answer(exchange, status, content_type, body);
}

void http_answer_page(struct http_exchange *exchange, unsigned status, const struct http_page *page)
{
    exchange->transport->answer_page(exchange, status, page);
}

void http_answer_stream(struct http_exchange *exchange, unsigned status, const struct http_stream *stream)
{
    exchange->stream.how = stream;
    exchange->stream.then = HTTP_PIECE_MORE;
    exchange->stream.whole = exchange->method == HTTP_HEAD; /* libmicrohttpd asks for no piece then */
    exchange->result = 0;
    exchange->state = EXCHANGE_STREAMING;
    exchange->transport->answer_stream(exchange, status, stream->content_type);
}

void http_answer_header(struct http_exchange *exchange, const char *name, const char *value)
{
    if (exchange->header_count == EXCHANGE_HEADERS_MAX)
        abort();
    exchange->headers[exchange->header_count++] = (struct http_header){name, memory_string(value)};
}

bool exchange_has_answer_header(const struct http_exchange *exchange, const char *name)
{
    for (size_t i = 0; i < exchange->header_count; i++)
        if (strcasecmp(exchange->headers[i].name, name) == 0)
            return true;
    return false;
}

void http_answer_tagged(struct http_exchange *exchange, const char *content_type, struct text *body)
{
    const char *known = http_request_header(exchange, "If-None-Match");
    char tag[24];

    snprintf(tag, sizeof tag, "\"%016llx\"",
             (unsigned long long)hash_bytes(HASH_START, text_get(body), body->length));
    http_answer_header(exchange, "ETag", tag);
    http_answer_header(exchange, "Cache-Control", "no-store");
    if (!known || (strcmp(known, "*") != 0 && !strstr(known, tag))) {
        http_answer(exchange, 200, content_type, body);
        return;
    }
    text_fini(body);
    http_answer(exchange, 304, NULL, NULL);
}

void http_answer_see_other(struct http_exchange *exchange, const char *location)
{
    http_answer_header(exchange, "Location", location);
    http_answer(exchange, 303, NULL, NULL);
}
