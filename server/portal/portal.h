/* SPDX-License-Identifier: Apache-2.0 */
/* The state that handlers share. The app creates it at start; handlers only read it, on any thread. */
#ifndef SERVER_PORTAL_PORTAL_H
#define SERVER_PORTAL_PORTAL_H

#include <stdatomic.h>
#include <stdbool.h>

#include "claim/label_reading.h"
#include "claim/settings.h"
#include "decode/pool.h"
#include "ownership/code.h"
#include "ownership/product.h"
#include "server/http/http.h"
#include "server/http/limiter.h"
#include "server/identity/identity.h"
#include "server/onboarding/dispatcher.h"
#include "server/onboarding/leadership.h"
#include "server/onboarding/watcher.h"
#include "server/page/pages.h"
#include "server/portal/task.h"
#include "server/portal/waiting.h"
#include "server/store/store.h"

struct assets; /* public/assets.h */

struct portal {
    const struct claim_settings *settings;
    const struct code_key *code_key; /* without length: there is none */
    const struct products *products;
    const char *public_url; /* without a slash at the end; "" if not configured */
    unsigned backup_days;   /* how long backups keep what was erased; 0: not said */
    struct store *store;
    struct task_queue tasks;
    const struct sign_in_config *sign_in;
    struct identity *identity; /* NULL: nobody can sign in */
    struct pages *pages;
    struct assets *assets;
    struct label_origin labels;
    struct limiter *limiter; /* registrations_per_minute */
    struct limiter *picture_limiter;
    struct decode_pool *decoders; /* NULL: pictures are rejected */
    bool wants_decoders;          /* by the configuration */
    struct waiting *waiting;
    struct leadership *leadership;
    struct dispatcher *dispatcher;
    struct watcher *watcher;
    struct http_server *public_server; /* for /metrics */
    long long started_at;              /* wall ms */
    atomic_bool draining;
};

/* The portal of an exchange. Borrowed. */
struct portal *portal_of(const struct http_exchange *exchange);

/* Fills out with the value of a cookie (RFC 6265 section 4.2), "" if there is none or it is longer. */
void portal_cookie(struct http_exchange *exchange, const char *name, char *out, size_t room);

/* The language of an answer: the first that is known of ?lang=, the form fields to (the switch) and lang, the
 * cookie lang, and Accept-Language. Borrowed. */
const char *portal_language(struct http_exchange *exchange);
/* Has the browser remember a language that was chosen with ?lang= or the switch, in the cookie lang. Returns
 * true if it adds the header to the answer: not if the cookie says so already, nor for a script's request,
 * which chooses nothing. Only for pages. */
bool portal_remember_language(struct http_exchange *exchange);

#endif
