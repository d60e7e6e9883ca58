/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "claim/check_characters.h"
#include "server/page/ownership_part.h"
#include "server/page/page_date.h"
#include "server/page/page_set.h"
#include "server/page/pages.h"
#include "server/page/product_page.h"
#include "server/page/thing_groups.h"

#define MINUTE_MS 60000LL

const char status_page_names[] = PAGE_COMMON_NAMES
    "token headline advice waiting settled open ended arrived failed late stopped "
    "onboarded_before already groups group thing_name steps step_label step_state step_word "
    "step_done step_active step_waiting step_failed step_stopped "
    "switch_on stoppable busy note check reference back back_text shows_thing shows_steps erased date "
    "backups "
    "days " OWNERSHIP_PART_NAMES " " ANSWERED_NAMES;

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
    if (registration->ownership.is_known && registration->ownership.standing == STANDING_WITHDRAWN)
        return CANCELLED;
    switch (registration->state) {
    case CLAIM_ONBOARDED:
        if (registration->ownership.is_known && registration->ownership.standing == STANDING_OWNER)
            return ARRIVED;
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

/* How long to wait before the next try, in words. */
static void add_wait(const struct page_language *language, long long wait_ms, struct text *out)
{
    const bool minutes = wait_ms > MINUTE_MS;
    const long long unit = minutes ? MINUTE_MS : 1000;
    char number[24];

    snprintf(number, sizeof number, "%lld", (wait_ms + unit - 1) / unit);
    const struct catalogue_value values[] = {{"number", number}, {NULL, NULL}};
    text_puts(out, " ");
    catalogue_format(language->catalogue, minutes ? "note_wait_minutes" : "note_wait_seconds", values, out);
}

static void add_note(const struct page_language *language, const struct page_status *status,
                     enum situation situation, struct text *out)
{
    static const char *const keys[] = {
        [NOTE_PRESSED] = "status_pressed",
        [NOTE_WRONG_CODE] = "note_wrong_code",
        [NOTE_TOO_SOON] = "note_too_soon",
        [NOTE_CHANGED] = "note_changed",
    };

    if (status->note == NOTE_NONE || (status->note == NOTE_PRESSED && situation != SWITCH_ON))
        return;
    text_puts(out, catalogue_get(language->catalogue, keys[status->note]));
    if (status->wait_ms > 0)
        add_wait(language, status->wait_ms, out);
}

/* The headline and the advice, which may name a date. */
struct saying {
    const char *headline;
    struct text advice;
    bool is_of_claim; /* what the device does, not whose it is */
};

static void say(const struct page_language *language, const struct registration *registration,
                enum situation situation, struct saying *out)
{
    const char *headline = situations[situation].headline, *advice = situations[situation].advice;
    TEXT struct text date = TEXT_EMPTY;

    out->is_of_claim = !ownership_part_leads(registration, &headline, &advice);
    page_date(language->catalogue, registration->ownership.answer_by, &date);
    const struct catalogue_value values[] = {{"date", text_get(&date)}, {NULL, NULL}};
    out->headline = catalogue_get(language->catalogue, headline);
    catalogue_format(language->catalogue, advice, values, &out->advice);
}

/* Everything that the values of one page point to. */
struct status_view {
    const struct page_language *language;
    const struct page_status *status;
    enum situation situation;
    struct saying saying;
    struct text waiting, erased, back, note;
    struct template_value steps[STEP_COUNT][STEP_VALUES];
    const struct template_value *step_rows[STEP_COUNT + 1];
    struct thing_groups groups;
    char check[CHECK_SIZE], reference[REGISTRATION_REFERENCE_SIZE], days[24];
    struct ownership_part part;
};

static void view_init(struct status_view *view, const struct page_language *language,
                      const struct page_status *status)
{
    const struct registration *registration = status->registration;

    *view =
        (struct status_view){.language = language, .status = status, .situation = situation_of(registration)};
    say(language, registration, view->situation, &view->saying);
    add_note(language, status, view->situation, &view->note);
    if (claim_state_is_open(registration->state) && view->saying.is_of_claim)
        add_waiting(language, status, view->situation, &view->waiting);
    for (enum registration_step step = STEP_ACCEPTED; step < STEP_COUNT; step++) {
        fill_step(language, registration, step, view->steps[step]);
        view->step_rows[step] = view->steps[step];
    }
    thing_groups_fill(registration->thing_name, &view->groups);
    check_characters_of(registration->thing_name, view->check);
    registration_reference(registration, view->reference);
    page_date(language->catalogue, registration->ownership.erased_at, &view->erased);
    snprintf(view->days, sizeof view->days, "%u", status->backup_days);
}

static void view_fini(struct status_view *view)
{
    text_fini(&view->saying.advice);
    text_fini(&view->waiting);
    text_fini(&view->erased);
    text_fini(&view->back);
    text_fini(&view->note);
    ownership_part_fini(&view->part);
}

#define CLAIM_VALUES 14
/* What the device does. */
static size_t fill_claim(const struct status_view *view, struct template_value *values, size_t count)
{
    const struct registration *registration = view->status->registration;
    const enum situation situation = view->situation;
    const bool own = view->saying.is_of_claim; /* the headline is the claim's */
    const struct registration_ownership *ownership = &registration->ownership;
    const bool over = registration_is_over(registration);
    const bool open = claim_state_is_open(registration->state) && !over;
    const bool waits = ownership->is_known && standing_is_live(ownership->standing) &&
                       registration_next_action(registration) != NEXT_DONE;
    const struct template_value filled[] = {
        {"waiting", view->waiting.length > 0 ? text_get(&view->waiting) : NULL, NULL},
        {"open", flag(open), NULL},
        {"busy", flag(!over && (open || !own)), NULL},
        {"stoppable", flag(open || waits), NULL},
        {"switch_on", flag(situation == SWITCH_ON && own), NULL},
        {"ended", flag(registration_next_action(registration) == NEXT_RETRY), NULL},
        {"arrived", flag((situation == ARRIVED || situation == ALREADY) && own), NULL},
        {"already", flag(situation == ALREADY && own), NULL},
        {"stopped", flag((situation == CANCELLED && own) || over), NULL},
        {"failed", flag((situation == EXPIRED || situation == FAILED) && own), NULL},
        {"late", flag(situation == EXPIRED && own), NULL},
        {"shows_steps", flag(!registration->already_online && !registration->ownership.is_veiled), NULL},
        {"steps", NULL, view->step_rows},
        {"onboarded_before", flag(registration->onboarded_before && open && own), NULL},
    };

    _Static_assert(sizeof filled / sizeof *filled <= CLAIM_VALUES, "room for all values");
    memcpy(values + count, filled, sizeof filled);
    return count + sizeof filled / sizeof *filled;
}

#define PAGE_VALUES 16
/* What is on every status page. */
static size_t fill_page(const struct status_view *view, struct template_value *values)
{
    const struct registration *registration = view->status->registration;
    const bool over = registration_is_over(registration);
    const struct template_value filled[] = {
        {"token", registration->token, NULL},
        {"headline", view->saying.headline, NULL},
        {"advice", text_get(&view->saying.advice), NULL},
        {"note", view->note.length > 0 ? text_get(&view->note) : NULL, NULL},
        {"settled", flag(registration_is_settled(registration)), NULL},
        {"reference", view->reference, NULL},
        {"back", flag(view->status->returns), NULL},
        {"back_text", text_get(&view->back), NULL},
        {"shows_thing", flag(!over), NULL},
        {"groups", NULL, over ? NULL : view->groups.rows},
        {"thing_name", over ? NULL : registration->thing_name, NULL},
        {"check", over ? NULL : view->check, NULL},
        {"erased", flag(over && registration->ownership.erased_at), NULL},
        {"date", text_get(&view->erased), NULL},
        {"backups", flag(view->status->backup_days > 0), NULL},
        {"days", view->days, NULL},
    };

    _Static_assert(sizeof filled / sizeof *filled <= PAGE_VALUES, "room for all values");
    memcpy(values, filled, sizeof filled);
    return sizeof filled / sizeof *filled;
}

void pages_status(const struct pages *pages, const char *language, const struct page_status *status,
                  struct text *out)
{
    struct template_value values[PAGE_VALUES + CLAIM_VALUES + OWNERSHIP_PART_VALUES + ANSWERED_VALUES +
                                 PAGE_COMMON_VALUES] = {{NULL, NULL, NULL}};
    PAGE_TEXTS struct page_values texts = {0};
    struct status_view view;

    view_init(&view, page_language(pages, language), status);
    if (status->returns)
        pages_back_text(pages, view.language->tag, &view.back);
    size_t count = fill_page(&view, values);
    count = fill_claim(&view, values, count);
    ownership_part_fill(&view.part, view.language, status, values, count);
    if (status->questions != NULL && !status->questions->explains)
        answered_page_add(view.language, status->questions, &texts, values);
    else if (status->questions != NULL && (view.situation == SWITCH_ON || view.situation == EXPIRED))
        explained_page_add(view.language, status->questions->product, &texts, values);
    page_render(pages, view.language, PAGE_STATUS, "", values, out);
    view_fini(&view);
}
