/* SPDX-License-Identifier: Apache-2.0 */
#include "server/identity/key_source.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/condition.h"
#include "base/log.h"
#include "base/memory.h"

struct key_source {
    struct key_source_options options;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    atomic_int stopped;
    struct key_times times;
    struct jwks *keys; /* a share; NULL: none yet */
    unsigned long attempts;
};

void key_times_got(struct key_times *times, long long now, long age_s)
{
    long long age = age_s < 0                        ? KEYS_AGE_USUAL_MS
                    : age_s > KEYS_AGE_MAX_MS / 1000 ? KEYS_AGE_MAX_MS
                                                     : age_s * 1000LL;

    *times = (struct key_times){
        .is_known = true,
        .got_at = now,
        .age_ms = age < KEYS_AGE_MIN_MS ? KEYS_AGE_MIN_MS : age,
        .tried_at = now,
    };
}

void key_times_failed(struct key_times *times, long long now)
{
    times->tried_at = now;
    times->is_wanted = false;
    times->failures++;
}

static long long retry_ms(unsigned failures)
{
    long long wait = KEYS_RETRY_MIN_MS;

    for (unsigned i = 1; i < failures && wait < KEYS_RETRY_MAX_MS; i++)
        wait *= 2;
    return wait < KEYS_RETRY_MAX_MS ? wait : KEYS_RETRY_MAX_MS;
}

long long key_times_next(const struct key_times *times)
{
    if (times->failures)
        return times->tried_at + retry_ms(times->failures);
    if (!times->is_known)
        return 0;
    long long aged = times->got_at + times->age_ms;
    long long wanted = times->tried_at + KEYS_WANTED_MS;
    return times->is_wanted && wanted < aged ? wanted : aged;
}

bool key_times_usable(const struct key_times *times, long long now)
{
    return times->is_known && now < times->got_at + times->age_ms + KEYS_STALE_MS;
}

/* With the lock held. */
static void take_keys(struct key_source *source, struct jwks *keys, long age_s, const struct text *why)
{
    const long long now = clock_monotonic_ms();
    const bool was_failing = source->times.failures > 0;

    source->attempts++;
    if (!keys) {
        key_times_failed(&source->times, now);
        if (!was_failing)
            log_event(LOG_WARN, "sign_in.keys_failed", "source", source->options.name, "reason",
                      text_get(why), NULL);
    } else {
        if (was_failing || !source->times.is_known)
            log_event(LOG_INFO, "sign_in.keys_loaded", "source", source->options.name, "keys",
                      LOG_NUMBER(jwks_count(keys)), NULL);
        key_times_got(&source->times, now, age_s);
        jwks_free(source->keys);
        source->keys = keys;
    }
    pthread_cond_broadcast(&source->changed);
}

static void get_keys(struct key_source *source)
{
    TEXT struct text why = TEXT_EMPTY;
    long age_s = -1;

    pthread_mutex_unlock(&source->lock);
    struct jwks *keys = source->options.get(source->options.context, &source->stopped, &age_s, &why);
    pthread_mutex_lock(&source->lock);
    take_keys(source, keys, age_s, &why);
}

static void *run(void *argument)
{
    struct key_source *source = argument;

    pthread_mutex_lock(&source->lock);
    while (!source->stopped) {
        long long wait = key_times_next(&source->times) - clock_monotonic_ms();
        if (wait <= 0) {
            get_keys(source);
            continue;
        }
        struct timespec until = condition_deadline(wait);
        condition_wait(&source->changed, &source->lock, &until);
    }
    pthread_mutex_unlock(&source->lock);
    return NULL;
}

static void free_source(struct key_source *source)
{
    pthread_cond_destroy(&source->changed);
    pthread_mutex_destroy(&source->lock);
    jwks_free(source->keys);
    free(source);
}

struct key_source *key_source_start(const struct key_source_options *options)
{
    struct key_source *source = memory_new(1, sizeof *source);

    source->options = *options;
    pthread_mutex_init(&source->lock, NULL);
    condition_init(&source->changed);
    if (pthread_create(&source->thread, NULL, run, source) == 0)
        return source;
    free_source(source);
    return NULL;
}

void key_source_stop(struct key_source *source)
{
    if (!source)
        return;
    pthread_mutex_lock(&source->lock);
    source->stopped = true;
    pthread_cond_broadcast(&source->changed);
    pthread_mutex_unlock(&source->lock);
    pthread_join(source->thread, NULL);
    free_source(source);
}

struct jwks *key_source_keys(struct key_source *source)
{
    struct jwks *keys = NULL;

    pthread_mutex_lock(&source->lock);
    if (key_times_usable(&source->times, clock_monotonic_ms()))
        keys = jwks_share(source->keys);
    pthread_mutex_unlock(&source->lock);
    return keys;
}

/* With the lock held: whether an attempt begins now, or is being made. */
static bool will_try(struct key_source *source)
{
    if (!source->times.is_wanted) {
        source->times.is_wanted = true;
        pthread_cond_broadcast(&source->changed);
    }
    return key_times_next(&source->times) <= clock_monotonic_ms();
}

static bool has_newer(const struct key_source *source, const struct jwks *known)
{
    return source->keys != known && key_times_usable(&source->times, clock_monotonic_ms());
}

struct jwks *key_source_newer(struct key_source *source, const struct jwks *known, long long wait_ms)
{
    const struct timespec until = condition_deadline(wait_ms);
    struct jwks *keys = NULL;

    pthread_mutex_lock(&source->lock);
    const unsigned long before = source->attempts;
    while (!has_newer(source, known) && source->attempts == before && !source->stopped && will_try(source))
        if (!condition_wait(&source->changed, &source->lock, &until))
            break;
    if (has_newer(source, known))
        keys = jwks_share(source->keys);
    pthread_mutex_unlock(&source->lock);
    return keys;
}
