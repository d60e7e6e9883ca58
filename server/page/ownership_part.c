/* SPDX-License-Identifier: Apache-2.0 */
#include "server/page/ownership_part.h"

#include <stdio.h>
#include <string.h>

#include "server/page/page_date.h"

#define MINUTE_MS 60000LL

struct words {
    const char *headline, *advice;
};

static const char *flag(bool set)
{
    return set ? "" : NULL;
}

static bool power_cycle_runs(const struct registration *registration, long long now_ms)
{
    const struct challenge *challenge = &registration->ownership.challenge;

    return registration_wants_power_cycle(registration) && challenge->from && now_ms < challenge->until;
}

/* One thing at a time: the code first. */
static bool proves_by_power(const struct registration *registration)
{
    return !registration_wants_code(registration) && registration_wants_power_cycle(registration) &&
           registration_next_action(registration) == NEXT_PROVE;
}

static struct words words_of_proof(const struct registration *registration)
{
    if (registration->ownership.is_contested && registration->ownership.proofs & PROOF(PROOF_POWER_CYCLE))
        return (struct words){"status_contested", "status_contested_again_advice"};
    if (registration->ownership.is_contested)
        return (struct words){"status_contested", "status_contested_advice"};
    if (registration_wants_code(registration))
        return (struct words){"status_prove", "status_prove_code_advice"};
    return (struct words){"status_prove", "status_prove_power_advice"};
}

static struct words words_of(const struct registration *registration)
{
    switch (registration_next_action(registration)) {
    case NEXT_PROVE:
        return words_of_proof(registration);
    case NEXT_ASK:
        return (struct words){"status_taken", "status_taken_advice"};
    case NEXT_WAIT_FOR_OWNER:
        return (struct words){"status_asking", "status_asking_advice"};
    case NEXT_WAIT_FOR_STAFF:
        return (struct words){"status_staff", "status_staff_advice"};
    case NEXT_NONE:
        return registration->ownership.standing == STANDING_FORMER
                   ? (struct words){"status_former", "status_former_advice"}
                   : (struct words){"status_refused", "status_refused_advice"};
    case NEXT_RETRY:
        if (registration->ownership.standing == STANDING_LAPSED && registration->state == CLAIM_ONBOARDED)
            return (struct words){"status_time_up", "status_time_up_advice"};
        break;
    default:
        break;
    }
    return (struct words){NULL, NULL};
}

bool ownership_part_leads(const struct registration *registration, const char **headline, const char **advice)
{
    struct words words = {NULL, NULL};

    if (registration->ownership.is_known)
        words = words_of(registration);
    if (!words.headline)
        return false;
    *headline = words.headline;
    *advice = words.advice;
    return true;
}

static void fill_rival(struct ownership_part *part, const struct page_language *language, size_t index,
                       const struct registration_rival *rival)
{
    page_date(language->catalogue, rival->asked_at, &part->asked[index]);
    const struct template_value filled[RIVAL_VALUES] = {
        {"rival", rival->reference, NULL},
        {"rival_asked", text_get(&part->asked[index]), NULL},
        {NULL, NULL, NULL},
    };
    memcpy(part->rivals[index], filled, sizeof filled);
    part->rows[index] = part->rivals[index];
}

static void fill_challenge(struct ownership_part *part, const struct page_language *language,
                           const struct page_status *status)
{
    const struct registration_ownership *own = &status->registration->ownership;
    long long left = own->challenge.until - status->now_ms, pause = own->challenge_at - status->now_ms;
    char minutes[24];

    snprintf(part->until, sizeof part->until, "%lld", left > 0 ? left : 0);
    page_time_left(left, &part->left);
    if (pause <= 0)
        return;
    snprintf(minutes, sizeof minutes, "%lld", (pause + MINUTE_MS - 1) / MINUTE_MS);
    const struct catalogue_value values[] = {{"minutes", minutes}, {NULL, NULL}};
    catalogue_format(language->catalogue, pause <= MINUTE_MS ? "power_wait_short" : "power_wait", values,
                     &part->wait);
}

size_t ownership_part_fill(struct ownership_part *part, const struct page_language *language,
                           const struct page_status *status, struct template_value *values, size_t count)
{
    const struct registration *registration = status->registration;
    const struct registration_ownership *own = &registration->ownership;
    const bool runs = power_cycle_runs(registration, status->now_ms);
    const bool power = registration_wants_power_cycle(registration);
    const bool first = proves_by_power(registration) || (power && runs);
    const bool asks = registration_can_ask(registration);
    const bool ask_first = asks && registration_next_action(registration) == NEXT_ASK;

    *part = (struct ownership_part){0};
    for (size_t i = 0; i < own->rival_count; i++)
        fill_rival(part, language, i, &own->rivals[i]);
    fill_challenge(part, language, status);
    const bool waits = part->wait.length > 0;
    const struct template_value added[] = {
        {"is_owner", flag(own->is_known && own->standing == STANDING_OWNER), NULL},
        {"rivals", NULL, own->rival_count ? part->rows : NULL},
        {"prove_code", flag(registration_wants_code(registration) && !runs), NULL},
        {"prove_power", flag(first && !runs && !waits), NULL},
        {"power_runs", flag(runs), NULL},
        {"power_until", part->until, NULL},
        {"power_left", text_get(&part->left), NULL},
        {"clock", "{clock}", NULL}, /* a script puts in the time of day: only the browser knows its zone */
        {"power_ended", flag(power && !runs && own->challenge.from && !challenge_is_met(&own->challenge)),
         NULL},
        {"power_wait", power && !runs && waits ? text_get(&part->wait) : NULL, NULL},
        {"more_power", flag(power && !first && !waits), NULL},
        {"ask_first", flag(ask_first), NULL},
        {"more_ask", flag(asks && !ask_first), NULL},
        {"more_taken", flag(asks && !ask_first && own->is_taken), NULL},
        {"more", flag((power && !first && !waits) || (asks && !ask_first)), NULL},
    };
    _Static_assert(sizeof added / sizeof *added <= OWNERSHIP_PART_VALUES, "room for all values");
    memcpy(values + count, added, sizeof added);
    return count + sizeof added / sizeof *added;
}

void ownership_part_fini(struct ownership_part *part)
{
    text_fini(&part->left);
    text_fini(&part->wait);
    for (size_t i = 0; i < OWNERSHIP_PARTIES_MAX; i++)
        text_fini(&part->asked[i]);
}
