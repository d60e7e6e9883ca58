/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/watch.h"

#include <string.h>
#include <time.h>

#include "base/clock.h"

#define INTERVAL_MS 5000
#define INTERVAL_WAITING_MS 30000
#define PATIENCE 60
#define SLICE_MS 200 /* the longest delay after an interruption */
#define TICK_MS 1000
#define RATE_WINDOW 12 /* answers */

struct watch {
    const struct watch_options *options;
    struct import_task *task; /* the last answer; its id is NULL before the first */
    long long started_ms;     /* monotonic */
    long long created_ms;     /* of the task, wall clock; 0: unknown */
    unsigned troubles;
    unsigned without_credentials;
    struct {
        long long at_ms;
        unsigned long long ended; /* devices */
    } answers[RATE_WINDOW];
    unsigned long answer_count;
};

static bool is_interrupted(const struct watch *watch)
{
    return watch->options->interrupted != NULL && *watch->options->interrupted != 0;
}

/* Parses "2026-11-21T09:30:00.123Z". Returns 0 if it is not a time. */
static long long parse_time(const char *text)
{
    struct tm parts = {0};
    const char *end = text != NULL ? strptime(text, "%Y-%m-%dT%H:%M:%S", &parts) : NULL;
    time_t seconds = end != NULL ? timegm(&parts) : 0;

    return seconds > 0 ? (long long)seconds * 1000 : 0;
}

static long long elapsed_ms(const struct watch *watch)
{
    long long elapsed = watch->created_ms != 0 ? clock_wall_ms() - watch->created_ms
                                               : clock_monotonic_ms() - watch->started_ms;

    return elapsed > 0 ? elapsed : 0;
}

/* An average over the last answers, so that it does not jump with each. */
static double rate(const struct watch *watch)
{
    if (watch->answer_count < 2)
        return -1;
    unsigned long newest = watch->answer_count - 1;
    unsigned long oldest = newest >= RATE_WINDOW ? newest - RATE_WINDOW + 1 : 0;
    long long ms = watch->answers[newest % RATE_WINDOW].at_ms - watch->answers[oldest % RATE_WINDOW].at_ms;
    unsigned long long first = watch->answers[oldest % RATE_WINDOW].ended;
    unsigned long long last = watch->answers[newest % RATE_WINDOW].ended;
    if (ms <= 0 || last < first)
        return -1;
    return (double)(last - first) * 1000.0 / (double)ms;
}

static void tell(const struct watch *watch, struct watch_news news)
{
    if (watch->options->news == NULL)
        return;
    news.task = watch->task->id != NULL ? watch->task : NULL;
    news.elapsed_ms = elapsed_ms(watch);
    news.rate = rate(watch);
    news.troubles = watch->troubles;
    watch->options->news(watch->options->context, &news);
}

static enum watch_kind compare(const struct import_task *before, const struct import_task *now)
{
    if (before->id == NULL || strcmp(before->state_text, now->state_text) != 0)
        return WATCH_STATE;
    if (before->initialized != now->initialized || before->pending != now->pending ||
        before->onboarded != now->onboarded || before->failed != now->failed)
        return WATCH_COUNTS;
    return WATCH_SAME;
}

static void take(struct watch *watch, struct import_task *answer)
{
    enum watch_kind kind = compare(watch->task, answer);

    import_task_fini(watch->task);
    *watch->task = *answer;
    watch->created_ms = parse_time(answer->created);
    watch->answers[watch->answer_count % RATE_WINDOW].at_ms = clock_monotonic_ms();
    watch->answers[watch->answer_count % RATE_WINDOW].ended = answer->onboarded + answer->failed;
    watch->answer_count++;
    watch->troubles = 0;
    watch->without_credentials = 0;
    tell(watch, (struct watch_news){.kind = kind});
}

/* Whether a retry may help. Someone may renew expired credentials in a file while this waits. */
static bool may_pass(struct watch *watch, enum aws_error error)
{
    unsigned patience = watch->options->patience > 0 ? watch->options->patience : PATIENCE;

    if (error == AWS_NO_CREDENTIALS || error == AWS_EXPIRED)
        return watch->task->id != NULL && ++watch->without_credentials < patience;
    return error == AWS_THROTTLED || error == AWS_UNAVAILABLE || error == AWS_UNREACHABLE ||
           error == AWS_BAD_ANSWER;
}

static long long interval_ms(const struct watch *watch)
{
    if (watch->options->interval_ms > 0)
        return watch->options->interval_ms;
    return watch->task->id != NULL && watch->task->state == IMPORT_INITIALIZED ? INTERVAL_WAITING_MS
                                                                               : INTERVAL_MS;
}

static void pause_ms(long long ms)
{
    const struct timespec time = {ms / 1000, (long)(ms % 1000) * 1000000};

    nanosleep(&time, NULL);
}

static void wait_for_next(struct watch *watch)
{
    long long started = clock_monotonic_ms(), interval = interval_ms(watch), ticks = 0, passed;

    while (!is_interrupted(watch) && (passed = clock_monotonic_ms() - started) < interval) {
        if (passed / TICK_MS > ticks) {
            ticks = passed / TICK_MS;
            tell(watch, (struct watch_news){.kind = WATCH_TIME});
        }
        pause_ms(interval - passed < SLICE_MS ? interval - passed : SLICE_MS);
    }
}

/* Asks AWS once. Returns true to continue. */
static bool ask(struct watch *watch, enum watch_result *result, enum aws_error *out_error, struct text *why)
{
    struct import_task answer;
    TEXT struct text said = TEXT_EMPTY;
    enum aws_error error = import_task_get(watch->options->session, watch->options->id, &answer, &said);

    if (error == AWS_OK) {
        take(watch, &answer);
        *result = WATCH_ENDED;
        return !import_task_has_ended(watch->task);
    }
    if (is_interrupted(watch))
        return true;
    if (may_pass(watch, error)) {
        watch->troubles++;
        tell(watch, (struct watch_news){.kind = WATCH_TROUBLE, .error = error, .why = text_get(&said)});
        return true;
    }
    *result = error == AWS_NOT_FOUND ? WATCH_GONE : WATCH_GAVE_UP;
    *out_error = error;
    text_puts(why, text_get(&said));
    return false;
}

enum watch_result watch(const struct watch_options *options, struct import_task *out, enum aws_error *error,
                        struct text *why)
{
    struct watch watch = {.options = options, .task = out, .started_ms = clock_monotonic_ms()};
    enum watch_result result = WATCH_INTERRUPTED;

    *out = (struct import_task){0};
    while (!is_interrupted(&watch)) {
        if (!ask(&watch, &result, error, why))
            return result;
        wait_for_next(&watch);
    }
    return WATCH_INTERRUPTED;
}
