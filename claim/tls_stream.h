/* SPDX-License-Identifier: Apache-2.0 */
/* One mutual TLS connection to an account's endpoint, as a stream of bytes that does not block. What
 * it demands is in tls_policy.h. The files are read for every connection, so that a renewed certificate is
 * used at the next one. One thread. */
#ifndef CLAIM_TLS_STREAM_H
#define CLAIM_TLS_STREAM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "claim/settings.h"

struct tls_stream;

/* Resolves the name, connects, and shakes hands, within timeout_ms or until *interrupted becomes nonzero.
 * NULL with the reason for people in *why. */
struct tls_stream *tls_stream_open(const struct account_connection *connection, int timeout_ms,
                                   const atomic_int *interrupted, struct text *why);
/* NULL is allowed. */
void tls_stream_close(struct tls_stream *stream);

/* For poll(): the descriptor, and the events to wait for before the next read or write can succeed. */
int tls_stream_descriptor(const struct tls_stream *stream);
short tls_stream_events(const struct tls_stream *stream, bool wants_write);

enum tls_stream_result {
    TLS_STREAM_DONE,
    TLS_STREAM_LATER, /* nothing yet: poll() */
    TLS_STREAM_ENDED, /* closed or broken; tls_stream_reason() says why */
};

/* *length: how many bytes were read or written, at least one if done. */
enum tls_stream_result tls_stream_read(struct tls_stream *stream, char *out, size_t room, size_t *length);
enum tls_stream_result tls_stream_write(struct tls_stream *stream, const char *bytes, size_t size,
                                        size_t *length);
/* Why the stream ended, for people. Borrowed. */
const char *tls_stream_reason(const struct tls_stream *stream);

#endif
