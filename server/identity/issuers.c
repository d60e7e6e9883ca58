/* SPDX-License-Identifier: Apache-2.0 */
#include "server/identity/issuers.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/excerpt.h"
#include "base/file.h"
#include "base/memory.h"
#include "server/identity/address.h"
#include "server/identity/fetch.h"
#include "server/identity/key_source.h"

#define NEW_KEY_MS 5000 /* how long a person waits for a key that is not known yet */
#define SECRET_MAX 4096

struct issuers {
    const struct sign_in_config *config;
    pthread_mutex_t lock;
    struct openid_provider provider;             /* under the lock; no endpoints: not reached yet */
    struct fetch *provider_fetch, *app_fetch;    /* each of the thread of its key_source */
    struct key_source *provider_keys, *app_keys; /* NULL: not configured */
};

void issuers_redirect_uri(const struct sign_in_config *config, struct text *out)
{
    text_printf(out, "%s/sign-in/callback", config->public_url);
}

/* A whole answer of 200; adds a sentence otherwise. */
static bool get_document(struct fetch *fetch, const char *url, const atomic_int *stopped,
                         struct fetch_answer *out, struct text *why)
{
    if (!fetch_send(fetch, &(struct fetch_request){.url = url, .stopped = stopped}, out, why))
        return false;
    if (out->status == 200)
        return true;
    text_printf(why, "%s answers with status %ld", url, out->status);
    return false;
}

static struct jwks *get_keys(struct fetch *fetch, const char *url, const atomic_int *stopped, long *age_s,
                             struct text *why)
{
    struct fetch_answer answer;
    TEXT struct text problem = TEXT_EMPTY;
    struct jwks *keys = NULL;

    if (get_document(fetch, url, stopped, &answer, why)) {
        keys = jwks_parse(text_get(&answer.body), answer.body.length, &problem);
        if (!keys)
            text_printf(why, "what %s answers %s", url, text_get(&problem));
    }
    *age_s = answer.max_age_s;
    text_fini(&answer.body);
    return keys;
}

/* The provider's description first: it says where the keys are. */
static bool get_provider(struct issuers *issuers, const atomic_int *stopped, struct openid_provider *out,
                         struct text *why)
{
    TEXT struct text url = TEXT_EMPTY;
    TEXT struct text problem = TEXT_EMPTY;
    struct fetch_answer answer;

    openid_description_url(issuers->config->issuer, &url);
    bool fine = get_document(issuers->provider_fetch, text_get(&url), stopped, &answer, why);
    if (fine && !openid_provider_parse(text_get(&answer.body), answer.body.length, issuers->config->issuer,
                                       out, &problem)) {
        text_printf(why, "%s: %s", text_get(&url), text_get(&problem));
        fine = false;
    }
    text_fini(&answer.body);
    return fine;
}

static struct jwks *get_provider_keys(void *context, const atomic_int *stopped, long *age_s, struct text *why)
{
    struct issuers *issuers = context;
    struct openid_provider provider = {0};

    if (!get_provider(issuers, stopped, &provider, why))
        return NULL;
    struct jwks *keys = get_keys(issuers->provider_fetch, provider.jwks_uri, stopped, age_s, why);
    pthread_mutex_lock(&issuers->lock);
    struct openid_provider old = issuers->provider;
    issuers->provider = provider;
    pthread_mutex_unlock(&issuers->lock);
    openid_provider_fini(&old);
    return keys;
}

static void add_unreadable(const char *path, int error, struct text *why)
{
    excerpt_add_path(path, error, why);
    text_printf(why, ": %s", strerror(error));
}

static struct jwks *get_app_keys(void *context, const atomic_int *stopped, long *age_s, struct text *why)
{
    struct issuers *issuers = context;
    const char *place = issuers->config->token_keys;
    OWNED char *text = NULL;
    size_t length = 0;

    if (issuers->app_fetch)
        return get_keys(issuers->app_fetch, place, stopped, age_s, why);
    int error = file_read(place, JWKS_SIZE_MAX, &text, &length);
    *age_s = 0; /* a file that is replaced counts soon */
    if (error) {
        add_unreadable(place, error, why);
        return NULL;
    }
    TEXT struct text problem = TEXT_EMPTY;
    struct jwks *keys = jwks_parse(text, length, &problem);
    if (!keys)
        text_printf(why, "%s %s", place, text_get(&problem));
    return keys;
}

static bool start_source(struct issuers *issuers, struct key_source **out, const char *name,
                         struct jwks *(*get)(void *, const atomic_int *, long *, struct text *),
                         struct text *why)
{
    *out = key_source_start(&(struct key_source_options){name, get, issuers});
    if (!*out)
        text_puts(why, "a thread for signing in cannot be started");
    return *out != NULL;
}

static bool start_all(struct issuers *issuers, struct text *why)
{
    const struct sign_in_config *config = issuers->config;

    if (*config->issuer && !(issuers->provider_fetch = fetch_new(why)))
        return false;
    if (strncmp(config->token_keys, "http", 4) == 0 && !(issuers->app_fetch = fetch_new(why)))
        return false;
    if (*config->issuer &&
        !start_source(issuers, &issuers->provider_keys, "provider", get_provider_keys, why))
        return false;
    return !*config->token_keys || start_source(issuers, &issuers->app_keys, "token_keys", get_app_keys, why);
}

struct issuers *issuers_start(const struct sign_in_config *config, struct text *why)
{
    struct issuers *issuers = memory_new(1, sizeof *issuers);

    issuers->config = config;
    pthread_mutex_init(&issuers->lock, NULL);
    if (start_all(issuers, why))
        return issuers;
    issuers_stop(issuers);
    return NULL;
}

void issuers_stop(struct issuers *issuers)
{
    if (!issuers)
        return;
    key_source_stop(issuers->provider_keys);
    key_source_stop(issuers->app_keys);
    fetch_free(issuers->provider_fetch);
    fetch_free(issuers->app_fetch);
    openid_provider_fini(&issuers->provider);
    pthread_mutex_destroy(&issuers->lock);
    free(issuers);
}

bool issuers_authorization(struct issuers *issuers, const struct openid_request *request, struct text *out)
{
    pthread_mutex_lock(&issuers->lock);
    bool is_known = issuers->provider.authorization_endpoint != NULL;
    if (is_known)
        openid_authorization_url(&issuers->provider, request, out);
    pthread_mutex_unlock(&issuers->lock);
    return is_known;
}

bool issuers_is_provider(struct issuers *issuers, const char *said)
{
    pthread_mutex_lock(&issuers->lock);
    bool must_say = issuers->provider.names_itself;
    pthread_mutex_unlock(&issuers->lock);
    return said ? strcmp(said, issuers->config->issuer) == 0 : !must_say;
}

/* Adds the secret without its last newline; nothing for a public client. */
static bool read_secret(const struct sign_in_config *config, struct text *out, struct text *why)
{
    OWNED char *text = NULL;
    size_t length = 0;

    if (!*config->client_secret_file)
        return true;
    int error = file_read(config->client_secret_file, SECRET_MAX, &text, &length);
    if (error)
        add_unreadable(config->client_secret_file, error, why);
    else
        text_add(out, text, strcspn(text, "\r\n"));
    return !error;
}

/* The form and the address, from the provider as it is now. */
static void make_exchange(struct issuers *issuers, const struct openid_exchange *exchange, struct text *url,
                          struct text *form, struct text *authorization)
{
    pthread_mutex_lock(&issuers->lock);
    text_puts(url, issuers->provider.token_endpoint ? issuers->provider.token_endpoint : "");
    openid_token_form(&issuers->provider, exchange, form, authorization);
    pthread_mutex_unlock(&issuers->lock);
}

static bool send_exchange(const struct fetch_request *request, struct text *id_token, bool *refused,
                          struct text *why)
{
    struct fetch *fetch = fetch_new(why);
    struct fetch_answer answer;

    if (!fetch)
        return false;
    bool fine = fetch_send(fetch, request, &answer, why);
    *refused = fine && answer.status >= 400 && answer.status < 500 && answer.status != 429;
    if (fine && answer.status != 200)
        text_printf(why, "status %ld: ", answer.status);
    fine = fine && openid_token_answer(text_get(&answer.body), answer.body.length, id_token, why) &&
           answer.status == 200;
    text_fini(&answer.body);
    fetch_free(fetch);
    return fine;
}

bool issuers_exchange(struct issuers *issuers, const char *code, const char *verifier, struct text *id_token,
                      bool *refused, struct text *why)
{
    TEXT struct text secret = TEXT_EMPTY;
    TEXT struct text redirect_uri = TEXT_EMPTY;
    TEXT struct text url = TEXT_EMPTY;
    TEXT struct text form = TEXT_EMPTY;
    TEXT struct text authorization = TEXT_EMPTY;

    *refused = false;
    if (!read_secret(issuers->config, &secret, why))
        return false;
    issuers_redirect_uri(issuers->config, &redirect_uri);
    const struct openid_exchange exchange = {issuers->config->client_id, text_get(&secret),
                                             text_get(&redirect_uri), code, verifier};
    make_exchange(issuers, &exchange, &url, &form, &authorization);
    const struct fetch_request request = {.url = text_get(&url),
                                          .form = text_get(&form),
                                          .authorization =
                                              authorization.length ? text_get(&authorization) : NULL};
    return send_exchange(&request, id_token, refused, why);
}

/* Once more with newer keys if the token names one that is not known. */
static enum jwt_error verify(struct key_source *source, const char *token, size_t length,
                             struct jwt_expectation *expected, struct jwt *out, bool *has_keys)
{
    struct jwks *keys = key_source_keys(source);

    expected->now_ms = clock_wall_ms();
    enum jwt_error error = keys ? jwt_verify(token, length, keys, expected, out) : JWT_UNKNOWN_KEY;
    if (error == JWT_UNKNOWN_KEY) {
        struct jwks *newer = key_source_newer(source, keys, NEW_KEY_MS);
        if (newer)
            error = jwt_verify(token, length, newer, expected, out);
        jwks_free(keys);
        keys = newer ? newer : key_source_keys(source);
    }
    *has_keys = keys != NULL;
    jwks_free(keys);
    return error;
}

enum jwt_error issuers_verify_id(struct issuers *issuers, const struct text *token, const char *nonce,
                                 struct jwt *out, bool *has_keys)
{
    struct jwt_expectation expected = {.issuer = issuers->config->issuer,
                                       .audience = issuers->config->client_id,
                                       .nonce = nonce,
                                       .is_id_token = true};

    return verify(issuers->provider_keys, text_get(token), token->length, &expected, out, has_keys);
}

enum jwt_error issuers_verify_app(struct issuers *issuers, const char *token, size_t length, struct jwt *out,
                                  bool *has_keys)
{
    struct jwt_expectation expected = {.issuer = issuers->config->token_issuer,
                                       .audience = issuers->config->token_audience};

    return verify(issuers->app_keys, token, length, &expected, out, has_keys);
}
