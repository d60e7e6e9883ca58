/* SPDX-License-Identifier: Apache-2.0 */
#include "server/identity/identity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "base/random.h"
#include "server/identity/entry_queue.h"
#include "server/identity/issuers.h"
#include "server/store/persons.h"
#include "server/store/store_clock.h"

#define PROVIDER_THREADS 2 /* a provider that is slow holds up nobody but those who sign in with it */
#define TOKEN_THREADS 1
#define ONCE_KEPT_MS                                                                                         \
    (10 * 60 * 1000LL) /* after a token has expired: the clocks of the database and of this machine differ   \
                        */
#define NONE "-"       /* in what is kept, where no field is empty */

struct identity {
    const struct sign_in_config *config;
    struct store *store;
    struct issuers *issuers;
    struct entry_queue *provider_queue, *token_queue; /* NULL: not configured */
};

void identity_digest(const char *cookie, char out[DIGEST_SIZE])
{
    digest_sha256(cookie, strlen(cookie), out);
}

void identity_start_init(struct identity_start *start, const char *browser_cookie)
{
    random_hex(start->state, IDENTITY_SECRET_SIZE - 1);
    random_hex(start->nonce, IDENTITY_SECRET_SIZE - 1);
    random_hex(start->verifier, IDENTITY_SECRET_SIZE - 1);
    identity_digest(browser_cookie, start->browser);
    start->now = store_clock_ms();
}

/* By the state that the provider sends back, and by the nonce that a token of the app has: one of them comes.
 */
enum store_error identity_start_keep(struct store_tx *tx, const struct identity_start *start)
{
    TEXT struct text contents = TEXT_EMPTY;
    char id[DIGEST_SIZE];

    text_printf(&contents, "%s %s %s %s %s", start->nonce, start->verifier, start->browser,
                *start->back ? start->back : NONE, *start->then ? start->then : NONE);
    identity_digest(start->state, id);
    return once_put(tx, id, text_get(&contents), start->now + IDENTITY_START_MS);
}

static void add_token_address(const struct sign_in_config *config, const struct identity_start *start,
                              struct text *out)
{
    TEXT struct text callback = TEXT_EMPTY;
    TEXT struct text url = TEXT_EMPTY;

    text_printf(&callback, "%s/sign-in/token", config->public_url);
    text_puts(&url, config->token_url);
    address_add(&url, "nonce", start->state);
    address_add(&url, "redirect_uri", text_get(&callback));
    text_puts(out, text_get(&url));
}

bool identity_start_address(struct identity *identity, const struct identity_start *start, struct text *out)
{
    const struct sign_in_config *config = identity->config;
    TEXT struct text redirect_uri = TEXT_EMPTY;

    if (!*config->issuer) {
        add_token_address(config, start, out);
        return *config->token_url != '\0';
    }
    issuers_redirect_uri(config, &redirect_uri);
    const struct openid_request request = {
        .client_id = config->client_id,
        .redirect_uri = text_get(&redirect_uri),
        .scopes = config->scopes,
        .state = start->state,
        .nonce = start->nonce,
        .verifier = start->verifier,
    };
    return issuers_authorization(identity->issuers, &request, out);
}

/* ---- completing ---- */

struct taken {
    const char *key;
    struct text contents;
};

static enum store_error run_take(struct store_tx *tx, void *argument)
{
    struct taken *taken = argument;
    char id[DIGEST_SIZE];

    identity_digest(taken->key, id);
    return once_take(tx, id, store_clock_ms(), &taken->contents);
}

static enum identity_result result_of(enum store_error error)
{
    return error == STORE_OK ? IDENTITY_OK : error == STORE_NOT_FOUND ? IDENTITY_STALE : IDENTITY_UNAVAILABLE;
}

static bool read_start(const char *contents, struct identity_start *out)
{
    if (sscanf(contents, "%64s %64s %64s %1024s %1024s", out->nonce, out->verifier, out->browser, out->back,
               out->then) != 5)
        return false;
    if (strcmp(out->back, NONE) == 0)
        out->back[0] = '\0';
    if (strcmp(out->then, NONE) == 0)
        out->then[0] = '\0';
    return true;
}

/* Takes what was kept when the sign-in began in this browser. Somebody else's state, in a link that one is
 * sent, is not of this browser: one would be signed in as them. */
static enum identity_result take_start(struct identity *identity, const char *key, const char *browser_cookie,
                                       struct identity_start *out)
{
    struct taken taken = {key, TEXT_EMPTY};
    char browser[DIGEST_SIZE];
    enum identity_result result = result_of(store_call(identity->store, run_take, &taken, true));

    identity_digest(browser_cookie, browser);
    if (!result && (!read_start(text_get(&taken.contents), out) || !*browser_cookie ||
                    strcmp(browser, out->browser) != 0))
        result = IDENTITY_STALE;
    text_fini(&taken.contents);
    return result;
}

struct arrival {
    struct session_start session;
    const char *once; /* of the token; NULL: it was bound by a nonce */
    long long once_until;
};

static enum store_error run_arrival(struct store_tx *tx, void *argument)
{
    const struct arrival *arrival = argument;

    if (arrival->once) {
        enum store_error error = once_put(tx, arrival->once, NULL, arrival->once_until);
        if (error)
            return error;
    }
    return sessions_begin(tx, &arrival->session);
}

static enum identity_result arrive(struct identity *identity, struct identity_entry *entry,
                                   struct arrival *arrival)
{
    char id[DIGEST_SIZE];

    random_hex(entry->session, IDENTITY_SECRET_SIZE - 1);
    identity_digest(entry->session, id);
    arrival->session.id = id;
    arrival->session.back = *entry->back ? entry->back : NULL;
    arrival->session.now = store_clock_ms();
    return result_of(store_call(identity->store, run_arrival, arrival, true));
}

static void log_failed(const char *how, const char *reason)
{
    log_event(LOG_WARN, "sign_in.failed", "with", how, "reason", reason, NULL);
}

static enum identity_result judge(const char *how, enum jwt_error error, bool has_keys)
{
    if (!error)
        return IDENTITY_OK;
    log_failed(how, has_keys ? jwt_error_name(error) : "no keys are known");
    return has_keys ? IDENTITY_DENIED : IDENTITY_UNAVAILABLE;
}

static enum identity_result exchange_code(struct identity *identity, const struct identity_entry *entry,
                                          const struct identity_start *start, struct jwt *out)
{
    TEXT struct text id_token = TEXT_EMPTY;
    TEXT struct text why = TEXT_EMPTY;
    bool refused = false, has_keys = false;

    if (!issuers_exchange(identity->issuers, entry->code, start->verifier, &id_token, &refused, &why)) {
        log_failed("provider", text_get(&why));
        return refused ? IDENTITY_DENIED : IDENTITY_UNAVAILABLE;
    }
    enum jwt_error error = issuers_verify_id(identity->issuers, &id_token, start->nonce, out, &has_keys);
    return judge("provider", error, has_keys);
}

static enum identity_result complete_code(struct identity *identity, struct identity_entry *entry)
{
    struct identity_start start;
    struct jwt jwt;
    enum identity_result result = take_start(identity, entry->state, entry->browser_cookie, &start);

    if (result)
        return result;
    if (!issuers_is_provider(identity->issuers, entry->issuer)) {
        log_failed("provider", "the answer is another issuer's");
        return IDENTITY_DENIED;
    }
    snprintf(entry->back, sizeof entry->back, "%s", start.back);
    snprintf(entry->then, sizeof entry->then, "%s", start.then);
    if (entry->error || !entry->code)
        return IDENTITY_DENIED;
    result = exchange_code(identity, entry, &start, &jwt);
    if (result)
        return result;
    struct arrival arrival = {.session = {.issuer = identity->config->issuer, .subject = jwt.subject}};
    return arrive(identity, entry, &arrival);
}

/* A token that began here carries a nonce, and is of the browser in which it began. One that the app makes by
 * itself may have none, unless the configuration has a page that makes them. */
static enum identity_result check_nonce(struct identity *identity, struct identity_entry *entry,
                                        const struct jwt *jwt)
{
    struct identity_start start;

    if (!*identity->config->token_url)
        return IDENTITY_OK;
    enum identity_result result =
        *jwt->nonce ? take_start(identity, jwt->nonce, entry->browser_cookie, &start) : IDENTITY_DENIED;
    if (result)
        log_failed("token", "nonce");
    if (!result) {
        snprintf(entry->back, sizeof entry->back, "%s", start.back);
        snprintf(entry->then, sizeof entry->then, "%s", start.then);
    }
    return result;
}

static enum identity_result complete_token(struct identity *identity, struct identity_entry *entry)
{
    struct jwt jwt;
    bool has_keys = false;
    enum jwt_error error =
        issuers_verify_app(identity->issuers, entry->token, entry->token_length, &jwt, &has_keys);
    enum identity_result result = judge("token", error, has_keys);

    if (error == JWT_EXPIRED)
        result = IDENTITY_STALE;
    if (!result)
        result = check_nonce(identity, entry, &jwt);
    if (result)
        return result;
    struct arrival arrival = {.session = {.issuer = identity->config->token_issuer, .subject = jwt.subject},
                              .once = jwt.once,
                              .once_until = jwt.expires_at + ONCE_KEPT_MS};
    result = arrive(identity, entry, &arrival);
    if (result == IDENTITY_STALE)
        log_failed("token", "replayed");
    return result;
}

static void complete(void *context, struct identity_entry *entry)
{
    struct identity *identity = context;

    entry->result = entry->token ? complete_token(identity, entry) : complete_code(identity, entry);
    if (entry->result == IDENTITY_OK)
        log_event(LOG_INFO, "sign_in.completed", "with", entry->token ? "token" : "provider", NULL);
}

bool identity_enter(struct identity *identity, struct identity_entry *entry)
{
    struct entry_queue *queue = entry->token ? identity->token_queue : identity->provider_queue;

    return queue && entry_queue_add(queue, entry);
}

static bool start_queue(struct identity *identity, unsigned threads, struct entry_queue **out,
                        struct text *why)
{
    *out = entry_queue_start(threads, complete, identity);
    if (!*out)
        text_puts(why, "a thread for signing in cannot be started");
    return *out != NULL;
}

struct identity *identity_start(const struct sign_in_config *config, struct store *store, struct text *why)
{
    struct identity *identity = memory_new(1, sizeof *identity);

    identity->config = config;
    identity->store = store;
    identity->issuers = issuers_start(config, why);
    if (identity->issuers &&
        (!*config->issuer || start_queue(identity, PROVIDER_THREADS, &identity->provider_queue, why)) &&
        (!*config->token_keys || start_queue(identity, TOKEN_THREADS, &identity->token_queue, why)))
        return identity;
    identity_stop(identity);
    return NULL;
}

void identity_stop(struct identity *identity)
{
    if (!identity)
        return;
    entry_queue_stop(identity->provider_queue);
    entry_queue_stop(identity->token_queue);
    issuers_stop(identity->issuers);
    free(identity);
}
