/* SPDX-License-Identifier: Apache-2.0 */
/* The keys of an issuer, got again and again by a thread of its own: from a file or an address. Whoever
 * verifies a token takes the keys that are there and never waits for the network, but for a moment if the
 * token names a key that is not known yet. Any thread, but for the times, which are pure. */
#ifndef SERVER_IDENTITY_KEY_SOURCE_H
#define SERVER_IDENTITY_KEY_SOURCE_H

#include <stdatomic.h>

#include "server/identity/jwks.h"

/* ---- when to get them, in monotonic milliseconds ---- */

#define KEYS_AGE_MIN_MS (5 * 60 * 1000LL)
#define KEYS_AGE_USUAL_MS (60 * 60 * 1000LL) /* where the server does not say */
#define KEYS_AGE_MAX_MS (86400 * 1000LL)
#define KEYS_STALE_MS (86400 * 1000LL) /* old keys still count for so long while no new ones can be got */
#define KEYS_WANTED_MS (60 * 1000LL)   /* between two attempts because of a key that is not known */
#define KEYS_RETRY_MIN_MS (5 * 1000LL)
#define KEYS_RETRY_MAX_MS (60 * 1000LL)

struct key_times {
    bool is_known; /* there are keys */
    long long got_at, age_ms;
    long long tried_at;
    unsigned failures; /* since then */
    bool is_wanted;    /* a token named another key */
};
/* age_s: of Cache-Control, -1: not said. */
void key_times_got(struct key_times *times, long long now, long age_s);
void key_times_failed(struct key_times *times, long long now);
/* When the next attempt is due. */
long long key_times_next(const struct key_times *times);
/* Whether the keys may still be used. */
bool key_times_usable(const struct key_times *times, long long now);

/* ---- the thread ---- */

struct key_source;

struct key_source_options {
    const char *name; /* for the log: "provider" */
    /* Gets the keys anew on the source's thread, in bounded time, less if *stopped is set. NULL with a
     * sentence. */
    struct jwks *(*get)(void *context, const atomic_int *stopped, long *age_s, struct text *why);
    void *context;
};

/* NULL: the thread cannot be started. */
struct key_source *key_source_start(const struct key_source_options *options);
void key_source_stop(struct key_source *source); /* NULL is allowed; waits for at most a second */

/* The keys that count now; the caller frees its share. NULL: none are known. */
struct jwks *key_source_keys(struct key_source *source);
/* A token names a key that `known` (may be NULL) has not. Has the thread get them again, unless it did so
 * within the last minute, and waits for it, at most so long. NULL: there are no newer ones. */
struct jwks *key_source_newer(struct key_source *source, const struct jwks *known, long long wait_ms);

#endif
