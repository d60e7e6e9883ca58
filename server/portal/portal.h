/* SPDX-License-Identifier: Apache-2.0 */
/* What handlers have to work with. Made once by the app; read-only for handlers, any thread. */
#ifndef SERVER_PORTAL_PORTAL_H
#define SERVER_PORTAL_PORTAL_H

#include <stdatomic.h>
#include <stdbool.h>

#include "claim/label_reading.h"
#include "claim/settings.h"
#include "decode/pool.h"
#include "server/http/http.h"
#include "server/http/limiter.h"
#include "server/onboarding/dispatcher.h"
#include "server/onboarding/watcher.h"
#include "server/page/pages.h"
#include "server/store/store.h"

struct assets; /* public/assets.h */

struct portal {
    const struct claim_settings *settings;
    const char *public_url; /* no slash at the end; "" when not configured */
    struct store *store;
    struct pages *pages;
    struct assets *assets;
    struct label_origin labels;
    struct limiter *limiter; /* registrations */
    struct limiter *picture_limiter;
    struct decode_pool *decoders; /* NULL: no pictures are taken */
    atomic_uint pictures;         /* being received or read: each may have DECODE_BYTES_MAX in memory */
    unsigned pictures_max;
    struct dispatcher *dispatcher;
    struct watcher *watcher;
    struct http_server *public_server; /* for the metrics */
    long long started_at;              /* wall ms */
    atomic_bool draining;
};

/* The portal that an exchange belongs to. */
struct portal *portal_of(const struct http_exchange *exchange);

/* The language for a person: ?lang=, else a form's field lang, else Accept-Language. */
const char *portal_language(struct http_exchange *exchange);

#endif
