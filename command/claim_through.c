/* SPDX-License-Identifier: Apache-2.0 */
#include "command/claim_through.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/json_writer.h"
#include "base/memory.h"
#include "base/random.h"

#define STEP_MS 100
#define LOOK_MS 500   /* between two looks at a registration */
#define RETRY_MS 1000 /* after no answer */
#define GONE_MS 5000  /* without an answer: a portal that was stopping has ended */
#define TIME_MS 1000
#define TOKEN_SIZE 65
#define KEY_LENGTH 32

/* A device on its way through the portal. */
struct passage {
    char token[TOKEN_SIZE];   /* "": not accepted yet */
    char key[KEY_LENGTH + 1]; /* the same each time, so that what is asked twice is done once */
    long long due;            /* monotonic; of the next request */
    bool ended;               /* nothing more will happen */
    bool again;               /* it was online already, and is to be claimed again: the next request */
};

struct through {
    const struct claim_through_options *options;
    struct passage *passages;
    long long started, heard, next_time; /* monotonic; heard: the last answer */
    bool accepted;                       /* at least one */
};

static void tell(const struct through *through, enum claim_news_kind kind, const char *reason,
                 const struct claim_device *device)
{
    const struct claim_run_options *run = through->options->run;
    const struct claim_news news = {kind, "the portal", reason, device,
                                    clock_monotonic_ms() - through->started};

    run->news(run->context, &news);
}

static const char *member(const cJSON *json, const char *name)
{
    const char *text = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(json, name));

    return text ? text : "";
}

static bool step_is_done(const cJSON *json, const char *name)
{
    const cJSON *step;

    cJSON_ArrayForEach(step, cJSON_GetObjectItemCaseSensitive(json, "steps"))
    {
        if (strcmp(member(step, "name"), name) == 0)
            return cJSON_IsString(cJSON_GetObjectItemCaseSensitive(step, "at"));
    }
    return false;
}

static void refuse(const struct through *through, size_t index, const char *reason)
{
    struct claim_device *device = &through->options->run->devices[index];

    device->refused = true;
    through->passages[index].ended = true;
    tell(through, CLAIM_NEWS_REFUSED, reason, device);
}

static void arrived(const struct through *through, size_t index, bool already)
{
    struct claim_device *device = &through->options->run->devices[index];

    through->passages[index].ended = true;
    device->already_online = already;
    device->connected = true;
    tell(through, already ? CLAIM_NEWS_ALREADY_ONLINE : CLAIM_NEWS_CONNECTED, NULL, device);
}

/* Tells what is new in the registration. */
static void take_registration(struct through *through, size_t index, const cJSON *json)
{
    struct claim_device *device = &through->options->run->devices[index];
    struct passage *passage = &through->passages[index];
    const cJSON *attempts = cJSON_GetObjectItemCaseSensitive(json, "attempts");
    bool already = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(json, "already_online"));
    const char *state = member(json, "state");

    passage->due = clock_monotonic_ms() + LOOK_MS;
    if (cJSON_IsNumber(attempts) && attempts->valuedouble > device->published) {
        device->published = (unsigned)attempts->valuedouble;
        tell(through, CLAIM_NEWS_PUBLISHED, NULL, device);
    }
    if (!device->provisioned && step_is_done(json, "provisioned")) {
        device->provisioned = true;
        tell(through, CLAIM_NEWS_PROVISIONED, NULL, device);
    }
    passage->again = already && through->options->again;
    if (passage->again)
        passage->due = 0;
    else if (strcmp(state, "onboarded") == 0)
        arrived(through, index, already);
    else if (strcmp(state, "failed") == 0)
        refuse(through, index, NULL);
    else
        passage->ended = strcmp(state, "expired") == 0 || strcmp(state, "cancelled") == 0 ||
                         (!through->options->run->wait && device->published > 0);
}

static const char *name_of(const struct claim_device *device)
{
    size_t i = 0;

    while (i < CLAIM_STAGING_MAX - 1 && !*device->names[i])
        i++;
    return device->names[i];
}

static void write_request(const struct through *through, size_t index, struct text *out)
{
    struct json_writer json = json_writer_into(out);

    json_begin_object(&json, NULL);
    json_write_text(&json, "identifier", name_of(&through->options->run->devices[index]));
    json_write_text(&json, "endpoint", through->options->run->endpoint->key);
    json_end_object(&json);
    json_writer_finish(&json);
}

static struct portal_answer request(struct through *through, size_t index)
{
    struct passage *passage = &through->passages[index];
    TEXT struct text path = TEXT_EMPTY;
    TEXT struct text body = TEXT_EMPTY;

    if (!*passage->token) {
        write_request(through, index, &body);
        return portal_client_call(through->options->portal, "/api/v1/registrations", text_get(&body),
                                  passage->key);
    }
    text_printf(&path, "/api/v1/registrations/%s%s", passage->token, passage->again ? "/retry" : "");
    return portal_client_call(through->options->portal, text_get(&path), passage->again ? "{}" : NULL, NULL);
}

/* No answer, or one that says: later. */
static bool is_for_later(const struct portal_answer *answer)
{
    return answer->status == 0 || answer->status == 429 || answer->status >= 500;
}

static void take_answer(struct through *through, size_t index, const struct portal_answer *answer)
{
    struct passage *passage = &through->passages[index];
    long long now = clock_monotonic_ms();
    const char *token = member(answer->json, "token");

    if (answer->status)
        through->heard = now;
    if (is_for_later(answer)) {
        passage->due = now + (answer->retry_after_s ? answer->retry_after_s * 1000 : RETRY_MS);
        return;
    }
    if (answer->status >= 300 || !*token || strlen(token) >= TOKEN_SIZE) {
        const char *detail = member(answer->json, "detail");
        refuse(through, index, *detail ? detail : "the portal gave an answer that is not understood");
        return;
    }
    memcpy(passage->token, token, strlen(token) + 1);
    through->accepted = true;
    take_registration(through, index, answer->json);
}

static void step(struct through *through)
{
    const struct claim_run_options *run = through->options->run;

    for (size_t i = 0; i < run->device_count && !*run->interrupted; i++) {
        struct passage *passage = &through->passages[i];
        if (passage->ended || passage->due > clock_monotonic_ms())
            continue;
        struct portal_answer answer = request(through, i);
        take_answer(through, i, &answer);
        json_free_at(&answer.json);
    }
    if (clock_monotonic_ms() - through->started < through->next_time)
        return;
    through->next_time += TIME_MS;
    tell(through, CLAIM_NEWS_TIME, NULL, NULL);
}

static enum claim_run_result result_of(const struct through *through)
{
    const struct claim_run_options *run = through->options->run;
    enum claim_run_result result = CLAIM_RUN_DONE;

    if (*run->interrupted)
        return CLAIM_RUN_INTERRUPTED;
    for (size_t i = 0; i < run->device_count; i++) {
        const struct claim_device *device = &run->devices[i];
        if (device->refused)
            return CLAIM_RUN_REFUSED;
        if (!device->published && !device->connected)
            result = CLAIM_RUN_UNREACHABLE;
        else if (run->wait && !device->connected && result == CLAIM_RUN_DONE)
            result = CLAIM_RUN_NOT_ARRIVED;
    }
    return result;
}

static bool ended(const struct through *through)
{
    const struct claim_run_options *run = through->options->run;

    for (size_t i = 0; i < run->device_count; i++)
        if (!through->passages[i].ended)
            return *run->interrupted || clock_monotonic_ms() - through->started >= run->timeout_ms;
    return true;
}

enum claim_run_result claim_through(const struct claim_through_options *options, bool *gone)
{
    size_t count = options->run->device_count;
    long long now = clock_monotonic_ms();
    OWNED struct passage *passages = memory_new(count, sizeof *passages);
    struct through through = {.options = options, .passages = passages, .started = now, .heard = now};

    *gone = false;
    for (size_t i = 0; i < count; i++) {
        random_hex(passages[i].key, KEY_LENGTH);
        passages[i].due = now;
    }
    tell(&through, CLAIM_NEWS_PORTAL, options->where, NULL);
    do {
        step(&through);
        *gone = !through.accepted && clock_monotonic_ms() - through.heard >= GONE_MS;
        if (!ended(&through) && !*gone)
            usleep(STEP_MS * 1000);
    } while (!ended(&through) && !*gone);
    return result_of(&through);
}
