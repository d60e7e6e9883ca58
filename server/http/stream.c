/* SPDX-License-Identifier: Apache-2.0 */
#include "server/http/stream.h"

#include <string.h>

#include "base/log.h"
#include "server/http/exchange.h"

static ssize_t send_part(struct http_exchange *exchange, char *bytes, size_t most)
{
    struct exchange_stream *stream = &exchange->stream;
    size_t left = stream->piece.length - stream->sent, part = left < most ? left : most;

    memcpy(bytes, text_get(&stream->piece) + stream->sent, part);
    stream->sent += part;
    stream->stretch += part;
    /* Extend the deadline only after many bytes: a client that receives a byte now and then must not keep the
     * connection forever. */
    if (stream->stretch >= EXCHANGE_STREAM_STRETCH) {
        stream->stretch = 0;
        watchdog_extend(exchange->watched, exchange_reply_timeout_ms(exchange));
    }
    return (ssize_t)part;
}

static void produce(struct http_exchange *exchange)
{
    struct exchange_stream *stream = &exchange->stream;
    unsigned result = exchange->result;

    exchange->result = 0;
    text_clear(&stream->piece);
    stream->sent = 0;
    stream->then = stream->how->produce(exchange, exchange->arguments, result, &stream->piece);
    /* An empty piece would be requested again and again in a loop, and block the other clients of this
     * thread. */
    if (stream->then == HTTP_PIECE_MORE && stream->piece.length == 0)
        stream->then = HTTP_PIECE_BROKEN;
    if (stream->then == HTTP_PIECE_BROKEN)
        log_event(LOG_WARN, "http.stream_broken", "route", exchange->match.route->pattern, NULL);
}

ssize_t stream_take(struct http_exchange *exchange, char *bytes, size_t most)
{
    struct exchange_stream *stream = &exchange->stream;

    if (stream->sent == stream->piece.length && stream->then == HTTP_PIECE_MORE)
        produce(exchange);
    if (stream->sent < stream->piece.length && stream->then != HTTP_PIECE_BROKEN)
        return send_part(exchange, bytes, most);
    if (stream->then == HTTP_PIECE_WORK) {
        stream->then = HTTP_PIECE_MORE;
        exchange_hand_over(exchange);
        return STREAM_WAITS;
    }
    stream->whole = stream->then == HTTP_PIECE_LAST;
    return stream->whole ? STREAM_ENDS : STREAM_BREAKS;
}
