/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "claim/check_characters.h"
#include "server/page/page_set.h"
#include "server/page/pages.h"
#include "server/page/thing_groups.h"

#define MINUTE_MS 60000LL

const char status_page_names[] = PAGE_COMMON_NAMES
    "token headline advice waiting settled open ended arrived failed late stopped "
    "onboarded_before already groups group thing_name steps step_label step_state step_word "
    "step_done step_active step_waiting step_failed step_stopped "
    "switch_on pressed check reference ";

/* The situations that have a headline and advice of their own. */
enum situation { PASSING_ON, SWITCH_ON, FOUND, ARRIVED, ALREADY, EXPIRED, FAILED, CANCELLED };

static const struct {
    const char *headline;
    const char *advice;
} situations[] = {
    [PASSING_ON] = {"status_passing_on", "status_passing_on_advice"},
    [SWITCH_ON] = {"status_switch_on", "status_switch_on_advice"},
    [FOUND] = {"status_found", "status_found_advice"},
    [ARRIVED] = {"status_arrived", "status_arrived_advice"},
    [ALREADY] = {"status_already", "status_already_advice"},
    [EXPIRED] = {"status_expired", "status_expired_advice"},
    [FAILED] = {"status_failed", "status_failed_advice"},
    [CANCELLED] = {"status_cancelled", "status_cancelled_advice"},
};

static const char *const step_labels[STEP_COUNT] = {
    [STEP_ACCEPTED] = "step_accepted",
    [STEP_PUBLISHED] = "step_published",
    [STEP_PROVISIONED] = "step_provisioned",
    [STEP_CONNECTED] = "step_connected",
};

static enum situation situation_of(const struct registration *registration)
{
    switch (registration->state) {
    case CLAIM_ONBOARDED:
        return registration->already_online ? ALREADY : ARRIVED;
    case CLAIM_EXPIRED:
        return EXPIRED;
    case CLAIM_FAILED:
        return FAILED;
    case CLAIM_CANCELLED:
        return CANCELLED;
    case CLAIM_QUEUED:
    case CLAIM_PUBLISHED:
    case CLAIM_STATE_COUNT:
        break;
    }
    if (registration_next_action(registration) == NEXT_SWITCH_ON)
        return SWITCH_ON;
    return registration_step(registration, STEP_PROVISIONED, NULL) == STEP_DONE ? FOUND : PASSING_ON;
}

/* When the first message is sent: all that is known while many people are registering. */
static void add_queue(const struct page_language *language, long long queue_ms, struct text *out)
{
    char minutes[24];
    snprintf(minutes, sizeof minutes, "%lld", (queue_ms + MINUTE_MS - 1) / MINUTE_MS);
    const struct catalogue_value values[] = {{"minutes", minutes}, {NULL, NULL}};

    catalogue_format(language->catalogue, queue_ms <= MINUTE_MS ? "status_queue_short" : "status_queue",
                     values, out);
}

/* Counts whole minutes since the registration was accepted, so that the page changes at most once a
 * minute. */
static void add_waiting(const struct page_language *language, const struct page_status *status,
                        enum situation situation, struct text *out)
{
    const struct registration *registration = status->registration;
    const long long now_ms = status->now_ms;
    if (situation == PASSING_ON && status->queue_ms > 0) {
        add_queue(language, status->queue_ms, out);
        return;
    }
    if (situation == PASSING_ON && now_ms - registration->accepted_at < MINUTE_MS)
        return; /* the advice says that it takes seconds */
    const long long window =
        (registration->expires_at - registration->accepted_at + MINUTE_MS / 2) / MINUTE_MS;
    long long waited = (now_ms - registration->accepted_at) / MINUTE_MS;
    waited = waited > window ? window : waited;
    char waited_text[24], window_text[24];
    snprintf(waited_text, sizeof waited_text, "%lld", waited);
    snprintf(window_text, sizeof window_text, "%lld", window);
    const struct catalogue_value values[] = {{"waited", waited_text}, {"window", window_text}, {NULL, NULL}};
    const char *key = waited < 1 ? "status_waiting_started" : "status_waiting";
    catalogue_format(language->catalogue, window < 2 ? "status_waiting_short" : key, values, out);
}

static const char *flag(bool set)
{
    return set ? "" : NULL;
}

static const char *step_word(const struct page_language *language, const struct registration *registration,
                             enum step_state state)
{
    const char *key = "step_is_done";
    if (state == STEP_ACTIVE)
        key = "step_is_active";
    else if (state != STEP_DONE)
        key = claim_state_is_open(registration->state) ? "step_is_waiting" : "step_is_failed";
    return catalogue_get(language->catalogue, key);
}

#define STEP_VALUES 9
static void fill_step(const struct page_language *language, const struct registration *registration,
                      enum registration_step step, struct template_value values[STEP_VALUES])
{
    const enum step_state state = registration_step(registration, step, NULL);
    const bool stopped = registration->state == CLAIM_CANCELLED;
    const struct template_value filled[STEP_VALUES] = {
        {"step_label", catalogue_get(language->catalogue, step_labels[step]), NULL},
        {"step_state", step_state_name(state), NULL},
        {"step_word", step_word(language, registration, state), NULL},
        {"step_done", flag(state == STEP_DONE), NULL},
        {"step_active", flag(state == STEP_ACTIVE), NULL},
        {"step_waiting", flag(state == STEP_WAITING), NULL},
        {"step_failed", flag(state == STEP_FAILED && !stopped), NULL},
        {"step_stopped", flag(state == STEP_FAILED && stopped), NULL},
        {NULL, NULL, NULL},
    };
    memcpy(values, filled, sizeof filled);
}

void pages_status(const struct pages *pages, const char *language, const struct page_status *status,
                  struct text *out)
{
    const struct registration *registration = status->registration;
    const struct page_language *chosen = page_language(pages, language);
    const enum situation situation = situation_of(registration);
    const bool open = claim_state_is_open(registration->state);
    TEXT struct text waiting = TEXT_EMPTY;
    if (open)
        add_waiting(chosen, status, situation, &waiting);
    struct template_value steps[STEP_COUNT][STEP_VALUES];
    const struct template_value *step_rows[STEP_COUNT + 1] = {NULL};
    for (enum registration_step step = STEP_ACCEPTED; step < STEP_COUNT; step++) {
        fill_step(chosen, registration, step, steps[step]);
        step_rows[step] = steps[step];
    }
    struct thing_groups groups;
    thing_groups_fill(registration->thing_name, &groups);
    char check[CHECK_SIZE], reference[REGISTRATION_REFERENCE_SIZE];
    registration_reference(registration, reference);
    check_characters_of(registration->thing_name, check);
    struct template_value values[20 + PAGE_COMMON_VALUES] = {
        {"check", check, NULL},
        {"reference", reference, NULL},
        {"token", registration->token, NULL},
        {"headline", catalogue_get(chosen->catalogue, situations[situation].headline), NULL},
        {"advice", catalogue_get(chosen->catalogue, situations[situation].advice), NULL},
        {"waiting", waiting.length > 0 ? text_get(&waiting) : NULL, NULL},
        {"settled", flag(registration_is_settled(registration)), NULL},
        {"open", flag(open), NULL},
        {"switch_on", flag(situation == SWITCH_ON), NULL},
        {"pressed", flag(status->pressed && situation == SWITCH_ON), NULL},
        {"ended", flag(registration_next_action(registration) == NEXT_RETRY), NULL},
        {"arrived", flag(situation == ARRIVED || situation == ALREADY), NULL},
        {"already", flag(situation == ALREADY), NULL},
        {"stopped", flag(situation == CANCELLED), NULL},
        {"failed", flag(situation == EXPIRED || situation == FAILED), NULL},
        {"late", flag(situation == EXPIRED), NULL},
        {"groups", NULL, groups.rows},
        {"thing_name", registration->thing_name, NULL},
        {"steps", NULL, step_rows},
        {"onboarded_before", flag(registration->onboarded_before && open), NULL},
    };
    page_render(pages, chosen, PAGE_STATUS, "", values, out);
}
