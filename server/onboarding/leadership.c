/* SPDX-License-Identifier: Apache-2.0 */
#include "server/onboarding/leadership.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/condition.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/random.h"
#include "server/store/leaders.h"

#define TERM_MS 3500
#define MARGIN_MS 500 /* the holder's own end of a term comes so much earlier */
#define RENEW_MS 1000
#define RETRY_MS 250 /* after the store failed */
#define LOOK_MS 250  /* how often a follower looks */
#define NEVER LLONG_MAX

enum plan { PLAN_NOTHING, PLAN_LOOK, PLAN_TAKE, PLAN_RENEW };

struct post {
    struct leadership *leadership;
    struct text name;
    bool wanted;

    /* Only for the thread, and the store's while it has a job. */
    enum plan plan;
    long long next; /* monotonic: when to look or to renew */
    struct leader seen;
    struct leader_term taken;
    bool renewed;

    /* Under the lock. */
    long long term, until; /* monotonic: ours until then */
    unsigned long terms;
    struct leader other;
};

struct leadership {
    struct store *store;
    char holder[LEADER_HOLDER_SIZE];
    /* OEM accounts first: a staging account's leader asks whether this process leads those. */
    struct post *posts;
    size_t count, endpoint_count;
    pthread_t thread;
    bool started;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool stopping;

    pthread_mutex_t listening; /* held during wake() */
    struct {
        void (*wake)(void *context);
        void *context;
    } listeners[LEADERSHIP_LISTENERS];
};

/* ---- the store's threads ---- */

static enum store_error look(struct store_tx *tx, void *argument)
{
    struct leadership *leadership = argument;

    for (size_t i = 0; i < leadership->count; i++) {
        struct post *post = &leadership->posts[i];
        if (post->plan != PLAN_LOOK)
            continue;
        post->seen = (struct leader){.term = 0};
        enum store_error error = leaders_find(tx, text_get(&post->name), TERM_MS, &post->seen);
        if (error && error != STORE_NOT_FOUND)
            return error;
    }
    return STORE_OK;
}

static enum store_error take_or_renew(struct store_tx *tx, const struct leadership *leadership,
                                      struct post *post)
{
    const char *name = text_get(&post->name);

    if (post->plan == PLAN_TAKE)
        return leaders_take(tx, name, leadership->holder, TERM_MS, &post->taken);
    if (post->plan == PLAN_RENEW)
        return leaders_renew(tx, name, post->term, TERM_MS, &post->renewed);
    return STORE_OK;
}

static enum store_error write_terms(struct store_tx *tx, void *argument)
{
    struct leadership *leadership = argument;
    enum store_error error = STORE_OK;

    for (size_t i = 0; i < leadership->count && !error; i++)
        error = take_or_renew(tx, leadership, &leadership->posts[i]);
    return error;
}

static enum store_error write_resignation(struct store_tx *tx, void *argument)
{
    const struct leadership *leadership = argument;
    enum store_error error = STORE_OK;

    for (size_t i = 0; i < leadership->count && !error; i++) {
        const struct post *post = &leadership->posts[i];
        if (post->term)
            error = leaders_resign(tx, text_get(&post->name), post->term);
    }
    return error;
}

/* ---- the thread ---- */

static void set_term(struct post *post, long long term, long long until)
{
    pthread_mutex_lock(&post->leadership->lock);
    post->terms += term > post->term;
    post->term = term;
    post->until = until;
    pthread_mutex_unlock(&post->leadership->lock);
}

static void log_lead(enum log_level level, const char *event, const struct post *post, long long term,
                     const char *holder)
{
    log_event(level, event, "name", text_get(&post->name), "term", LOG_NUMBER(term), "holder", holder, NULL);
}

static void take_look(struct post *post, long long now)
{
    const struct leader *seen = &post->seen;

    pthread_mutex_lock(&post->leadership->lock);
    bool is_news = seen->left_ms && post->other.term != seen->term;
    post->other = *seen;
    pthread_mutex_unlock(&post->leadership->lock);
    if (is_news)
        log_lead(LOG_INFO, "leader.followed", post, seen->term, seen->holder);
    /* A take whose answer was lost is ours. */
    bool ours = strcmp(seen->holder, post->leadership->holder) == 0;
    post->plan = seen->left_ms && !ours ? PLAN_NOTHING : PLAN_TAKE;
    post->next = now + (seen->left_ms < LOOK_MS ? seen->left_ms : LOOK_MS);
}

static bool has_plan(const struct leadership *leadership, enum plan plan)
{
    for (size_t i = 0; i < leadership->count; i++)
        if (leadership->posts[i].plan == plan)
            return true;
    return false;
}

static void make_plans(struct leadership *leadership)
{
    long long now = clock_monotonic_ms();

    for (size_t i = 0; i < leadership->count; i++) {
        struct post *post = &leadership->posts[i];
        post->plan = PLAN_NOTHING;
        if (post->wanted && now >= post->next)
            post->plan = post->term ? PLAN_RENEW : PLAN_LOOK;
    }
}

/* Looks at the posts that are not ours; those that are free are to be taken. */
static void look_at_others(struct leadership *leadership)
{
    if (!has_plan(leadership, PLAN_LOOK))
        return;
    enum store_error error = store_call_urgent(leadership->store, look, leadership, false);
    long long now = clock_monotonic_ms();

    for (size_t i = 0; i < leadership->count; i++) {
        struct post *post = &leadership->posts[i];
        if (post->plan == PLAN_LOOK && !error)
            take_look(post, now);
        else if (post->plan == PLAN_LOOK)
            post->next = now + RETRY_MS;
    }
}

static bool take_taken(struct post *post, long long asked)
{
    const struct leader_term *taken = &post->taken;

    if (!taken->term)
        return false;
    set_term(post, taken->term, taken->endless ? NEVER : asked + TERM_MS - MARGIN_MS);
    post->next = taken->endless ? NEVER : asked + RENEW_MS;
    log_lead(LOG_INFO, "leader.began", post, taken->term, post->leadership->holder);
    return true;
}

static bool take_renewed(struct post *post, long long asked)
{
    if (post->renewed) {
        bool lapsed = asked >= post->until;
        if (lapsed)
            log_lead(LOG_WARN, "leader.resumed", post, post->term, post->leadership->holder);
        set_term(post, post->term, asked + TERM_MS - MARGIN_MS);
        post->next = asked + RENEW_MS;
        return lapsed;
    }
    log_lead(LOG_WARN, "leader.ended", post, post->term, post->leadership->holder);
    set_term(post, 0, 0);
    post->next = 0;
    return true;
}

/* Returns true if a lead has changed. */
static bool take_and_renew(struct leadership *leadership)
{
    bool changed = false;

    if (!has_plan(leadership, PLAN_TAKE) && !has_plan(leadership, PLAN_RENEW))
        return false;
    long long asked = clock_monotonic_ms();
    enum store_error error = store_call_urgent(leadership->store, write_terms, leadership, true);
    for (size_t i = 0; i < leadership->count; i++) {
        struct post *post = &leadership->posts[i];
        if (post->plan != PLAN_TAKE && post->plan != PLAN_RENEW)
            continue;
        post->next = clock_monotonic_ms() + RETRY_MS;
        if (!error)
            changed |= post->plan == PLAN_TAKE ? take_taken(post, asked) : take_renewed(post, asked);
    }
    if (error)
        log_event(LOG_WARN, "leader.not_recorded", "error", store_error_name(error), NULL);
    return changed;
}

static void tell_listeners(struct leadership *leadership)
{
    pthread_mutex_lock(&leadership->listening);
    for (size_t i = 0; i < LEADERSHIP_LISTENERS; i++)
        if (leadership->listeners[i].wake)
            leadership->listeners[i].wake(leadership->listeners[i].context);
    pthread_mutex_unlock(&leadership->listening);
}

static long long next_step(const struct leadership *leadership)
{
    long long next = NEVER;

    for (size_t i = 0; i < leadership->count; i++)
        if (leadership->posts[i].wanted && leadership->posts[i].next < next)
            next = leadership->posts[i].next;
    return next;
}

/* Returns false to stop. */
static bool sleep_until(struct leadership *leadership, long long next)
{
    long long wait = next - clock_monotonic_ms();
    struct timespec until = condition_deadline(wait < RENEW_MS ? wait : RENEW_MS);

    pthread_mutex_lock(&leadership->lock);
    while (!leadership->stopping && wait > 0)
        if (!condition_wait(&leadership->changed, &leadership->lock, &until))
            break;
    bool goes_on = !leadership->stopping;
    pthread_mutex_unlock(&leadership->lock);
    return goes_on;
}

static void *lead(void *argument)
{
    struct leadership *leadership = argument;

    do {
        make_plans(leadership);
        look_at_others(leadership);
        if (take_and_renew(leadership))
            tell_listeners(leadership);
    } while (sleep_until(leadership, next_step(leadership)));
    return NULL;
}

/* ---- other threads ---- */

/* For people: which process, on which host. The random part makes it the only one of this name. */
static void name_holder(char out[LEADER_HOLDER_SIZE])
{
    char host[65] = "", random[9];

    gethostname(host, sizeof host - 1);
    random_hex(random, sizeof random - 1);
    snprintf(out, LEADER_HOLDER_SIZE, "%s/%ld/%s", host, (long)getpid(), random);
}

static void init_post(struct leadership *leadership, size_t index, const char *kind, const char *name,
                      bool wanted)
{
    struct post *post = &leadership->posts[index];

    post->leadership = leadership;
    post->wanted = wanted;
    text_printf(&post->name, "%s/%s", kind, name);
}

struct leadership *leadership_new(const struct claim_settings *settings, struct store *store)
{
    struct leadership *leadership = memory_new(1, sizeof *leadership);
    size_t endpoints = settings->endpoint_count;

    leadership->store = store;
    leadership->endpoint_count = endpoints;
    leadership->count = endpoints + settings->staging_count;
    leadership->posts = memory_new(leadership->count, sizeof *leadership->posts);
    for (size_t i = 0; i < endpoints; i++)
        init_post(leadership, i, "endpoint", settings->endpoints[i].key,
                  oem_endpoint_is_watched(&settings->endpoints[i]));
    for (size_t i = 0; i < settings->staging_count; i++)
        init_post(leadership, endpoints + i, "staging", settings->staging[i].name, true);
    name_holder(leadership->holder);
    pthread_mutex_init(&leadership->lock, NULL);
    pthread_mutex_init(&leadership->listening, NULL);
    condition_init(&leadership->changed);
    return leadership;
}

bool leadership_start(struct leadership *leadership, struct text *why)
{
    leadership->started = pthread_create(&leadership->thread, NULL, lead, leadership) == 0;
    if (!leadership->started)
        text_puts(why, "the thread that takes the lead cannot be started");
    return leadership->started;
}

/* A term without end is not resigned from: whoever opens the database next is alone, too. */
static void resign(struct leadership *leadership)
{
    bool leads = false;

    for (size_t i = 0; i < leadership->count; i++)
        leads = leads || (leadership->posts[i].term && leadership->posts[i].until != NEVER);
    if (!leads)
        return;
    enum store_error error = store_call_urgent(leadership->store, write_resignation, leadership, true);
    log_event(error ? LOG_WARN : LOG_INFO, "leader.resigned", "holder", leadership->holder, "result",
              store_error_name(error), NULL);
}

void leadership_stop(struct leadership *leadership)
{
    if (!leadership)
        return;
    pthread_mutex_lock(&leadership->lock);
    leadership->stopping = true;
    pthread_cond_signal(&leadership->changed);
    pthread_mutex_unlock(&leadership->lock);
    if (leadership->started)
        pthread_join(leadership->thread, NULL);
    resign(leadership);
    for (size_t i = 0; i < leadership->count; i++)
        text_fini(&leadership->posts[i].name);
    pthread_cond_destroy(&leadership->changed);
    pthread_mutex_destroy(&leadership->listening);
    pthread_mutex_destroy(&leadership->lock);
    free(leadership->posts);
    free(leadership);
}

void leadership_listen(struct leadership *leadership, void (*wake)(void *context), void *context)
{
    pthread_mutex_lock(&leadership->listening);
    size_t i = 0;
    while (i < LEADERSHIP_LISTENERS && leadership->listeners[i].wake)
        i++;
    if (i == LEADERSHIP_LISTENERS)
        abort();
    leadership->listeners[i].wake = wake;
    leadership->listeners[i].context = context;
    pthread_mutex_unlock(&leadership->listening);
}

void leadership_listen_no_more(struct leadership *leadership, const void *context)
{
    pthread_mutex_lock(&leadership->listening);
    for (size_t i = 0; i < LEADERSHIP_LISTENERS; i++)
        if (leadership->listeners[i].context == context)
            leadership->listeners[i].wake = NULL;
    pthread_mutex_unlock(&leadership->listening);
}

const struct post *leadership_staging(const struct leadership *leadership, size_t index)
{
    return &leadership->posts[leadership->endpoint_count + index];
}

const struct post *leadership_endpoint(const struct leadership *leadership, size_t index)
{
    return &leadership->posts[index];
}

const char *post_name(const struct post *post)
{
    return text_get(&post->name);
}

static enum lead lead_of(const struct post *post)
{
    if (!post->term)
        return LEAD_FOLLOWS;
    return clock_monotonic_ms() < post->until ? LEAD_LEADS : LEAD_LAPSED;
}

enum lead post_lead(const struct post *post, long long *term)
{
    pthread_mutex_lock(&post->leadership->lock);
    enum lead lead = lead_of(post);
    *term = post->term;
    pthread_mutex_unlock(&post->leadership->lock);
    return lead;
}

bool post_is_held(const struct post *post)
{
    pthread_mutex_lock(&post->leadership->lock);
    bool held = !post->term && post->other.left_ms > TERM_MS - RENEW_MS - MARGIN_MS;
    pthread_mutex_unlock(&post->leadership->lock);
    return held;
}

void post_stats(const struct post *post, struct lead_stats *out)
{
    pthread_mutex_lock(&post->leadership->lock);
    bool ours = post->term != 0;
    *out = (struct lead_stats){.leads = lead_of(post) == LEAD_LEADS,
                               .term = ours ? post->term : post->other.term,
                               .terms = post->terms};
    snprintf(out->holder, sizeof out->holder, "%s", ours ? post->leadership->holder : post->other.holder);
    pthread_mutex_unlock(&post->leadership->lock);
}
