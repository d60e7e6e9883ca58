/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/crowd/source.h"

enum { PRESSES = 3, HOSTILE_PRESS_MS = 10000, WINDOW_PRESSES = SCENARIO_WINDOW_MS / HOSTILE_PRESS_MS };

static void draw_next(struct stream *stream)
{
    stream->next_ms = curve_next(stream->curve, &stream->dice, stream->next_ms, stream->made);
}

static void open_stream(struct stream *stream, const struct curve *curve, uint64_t seed, bool hostile)
{
    *stream = (struct stream){.curve = curve, .hostile = hostile};
    dice_init(&stream->dice, seed);
    draw_next(stream);
}

void source_init(struct source *source, const struct scenario *scenario)
{
    source->scenario = scenario;
    open_stream(&source->honest, &scenario->honest, 2 * scenario->seed, false);
    open_stream(&source->hostile, &scenario->hostile, 2 * scenario->seed + 1, true);
}

static long long honest_person(const struct scenario *scenario, struct dice *dice, struct claim *claim)
{
    struct person person = people_draw(scenario->people, dice);

    claim->place = places_honest(&scenario->places, dice);
    if (person.on_after_ms != PERSON_NEVER && person.on_after_ms < 10 * SCENARIO_WINDOW_MS)
        claim->on_at = claim->made_at + (uint32_t)person.on_after_ms;
    claim->presses_left = PRESSES;
    if (person.press_after_ms == PERSON_NEVER)
        return PERSON_NEVER;
    return claim->made_at + person.press_after_ms;
}

static long long hostile_person(const struct scenario *scenario, struct dice *dice, struct claim *claim)
{
    claim->place = places_hostile(&scenario->places, dice);
    claim->presses_left = WINDOW_PRESSES;
    return scenario->hostile_press ? (long long)claim->made_at + HOSTILE_PRESS_MS : PERSON_NEVER;
}

bool source_next(struct source *source, long long now, struct claim *claim, long long *press_at)
{
    struct stream *honest = &source->honest, *hostile = &source->hostile;
    bool is_hostile = honest->next_ms < 0 || (hostile->next_ms >= 0 && hostile->next_ms < honest->next_ms);
    struct stream *stream = is_hostile ? hostile : honest;

    if (stream->next_ms < 0 || stream->next_ms > (double)now)
        return false;
    *claim = (struct claim){.made_at = (uint32_t)now,
                            .on_at = CLAIM_NOT_YET,
                            .first_at = CLAIM_NOT_YET,
                            .last_at = CLAIM_NOT_YET,
                            .is_open = true};
    *press_at = is_hostile ? hostile_person(source->scenario, &stream->dice, claim)
                           : honest_person(source->scenario, &stream->dice, claim);
    stream->made++;
    draw_next(stream);
    return true;
}
