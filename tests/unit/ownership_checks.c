/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/ownership_checks.h"

#define NONE OWNERSHIP_PARTIES_MAX
#define DAY_MS 86400000LL
#define TELLS (1U << PROOF_CODE | 1U << PROOF_AGAIN)
#define OF_THE_DAY (1U << PROOF_POWER_CYCLE | 1U << PROOF_AGAIN | 1U << PROOF_FRESH)

static bool waits(enum standing standing)
{
    return standing == STANDING_WAITING || standing == STANDING_ASKING || standing == STANDING_DISPUTED;
}

static size_t owner_of(const struct ownership *state)
{
    for (size_t i = 0; i < state->count; i++)
        if (state->parties[i].standing == STANDING_OWNER)
            return i;
    return NONE;
}

static bool has_all(const struct ownership *state, size_t party)
{
    return (state->parties[party].proofs & state->required) == state->required;
}

static size_t effects_of(const struct rule_step *step, enum effect_kind kind, size_t party)
{
    size_t count = 0;

    for (size_t i = 0; i < step->effects->count; i++)
        count += step->effects->list[i].kind == kind && step->effects->list[i].party == party;
    return count;
}

static bool is_by(const struct rule_step *step, enum ownership_event_kind kind, size_t party)
{
    return step->event->kind == kind && step->event->party == party;
}

/* ---- a state by itself ---- */

static const char *view_breaks(const struct ownership *state, size_t i, long long now)
{
    const enum standing standing = state->parties[i].standing, shown = ownership_shown(state, i, now);
    const enum ownership_view view = ownership_view(state, i);
    const bool proven = standing == STANDING_OWNER || has_all(state, i);

    if ((standing == STANDING_FORMER || standing == STANDING_REFUSED || standing == STANDING_WITHDRAWN) &&
        view != VIEW_NOTHING)
        return "former owners, and those who were refused or gave up, see nothing";
    if ((view == VIEW_OWNER) != (standing == STANDING_OWNER))
        return "the owner, and nobody else, sees the device";
    if (ownership_may_tell(state, i) && !proven)
        return "who has not proven it learns nothing of others";
    if (shown != standing && (standing != STANDING_DISPUTED || proven))
        return "what is shown is the standing, but for what must stay hidden";
    if (!proven && shown == STANDING_DISPUTED && now < state->parties[i].asked_at + 14 * DAY_MS)
        return "without proof, a denial looks like an owner who is silent";
    if (!proven && shown == STANDING_DISPUTED && !state->parties[i].asked_at)
        return "who did not ask the owner waits, and waits for nobody to be seen";
    return NULL;
}

static const char *staff_breaks(const struct ownership *state, size_t i, long long now)
{
    struct ownership granted = *state, refused = *state;
    const struct ownership_event grant = {.kind = OWNERSHIP_GRANT, .party = i, .now = now};
    const struct ownership_event refuse = {.kind = OWNERSHIP_REFUSE, .party = i, .now = now};
    struct ownership_effects effects;

    if (ownership_apply(&granted, &grant, &effects) != OWNERSHIP_DONE || owner_of(&granted) != i)
        return "staff can give the device to each who waits";
    if (ownership_apply(&refused, &refuse, &effects) != OWNERSHIP_DONE ||
        refused.parties[i].standing != STANDING_REFUSED)
        return "staff can refuse each who waits";
    return NULL;
}

/* Nobody is forgotten: time ends the waiting, or gives it to staff. */
static const char *time_breaks(const struct ownership *state, size_t i, long long now)
{
    const struct party *party = &state->parties[i];
    const long long due = ownership_due(party);
    struct ownership later = *state;
    const struct ownership_event event = {.kind = OWNERSHIP_TIME, .now = due};
    struct ownership_effects effects;

    if (party->standing == STANDING_DISPUTED)
        return due ? "what staff decides does not end by itself" : NULL;
    if (due <= now || due > now + 14 * DAY_MS)
        return "who waits, or has asked, has a time when that ends";
    const enum standing end = party->standing == STANDING_WAITING ? STANDING_LAPSED : STANDING_DISPUTED;
    if (ownership_apply(&later, &event, &effects) != OWNERSHIP_DONE ||
        (later.parties[i].standing != end && later.parties[i].standing != STANDING_OWNER))
        return "when its time has come, waiting ends, and a request is staff's";
    return NULL;
}

static bool lacks_staff_only(const struct ownership *state, size_t i)
{
    return waits(state->parties[i].standing) && state->arrived_at && owner_of(state) == NONE &&
           (state->required & ~state->parties[i].proofs) == 1U << PROOF_STAFF;
}

const char *rule_state_breaks(const struct ownership *state, long long now)
{
    const char *broken = NULL;
    size_t owners = 0;

    for (size_t i = 0; i < state->count && !broken; i++) {
        owners += state->parties[i].standing == STANDING_OWNER;
        broken = view_breaks(state, i, now);
        if (!broken && lacks_staff_only(state, i) && state->parties[i].standing != STANDING_DISPUTED)
            broken = "where nothing is missing but staff's word, staff decides";
        if (!broken && waits(state->parties[i].standing))
            broken = time_breaks(state, i, now);
        if (!broken && waits(state->parties[i].standing))
            broken = staff_breaks(state, i, now);
    }
    return owners > 1 ? "there are never two owners" : broken;
}

/* ---- who becomes the owner ---- */

static bool is_given_up(const struct rule_step *step, size_t owner)
{
    return is_by(step, OWNERSHIP_RELEASE, owner) || is_by(step, OWNERSHIP_STAFF_RELEASE, owner) ||
           is_by(step, OWNERSHIP_ERASE, owner);
}

static bool is_given(const struct rule_step *step, size_t owner, size_t heir)
{
    const enum standing standing = step->before->parties[heir].standing;

    if (is_by(step, OWNERSHIP_GRANT, heir))
        return true;
    if (owner == NONE || step->event->party != heir)
        return false;
    if (step->event->kind == OWNERSHIP_TAKE)
        return step->before->hand_over_until > step->event->now;
    return step->event->kind == OWNERSHIP_ACCEPT &&
           (standing == STANDING_ASKING || standing == STANDING_DISPUTED);
}

/* Whether it has shown something that none of the others who wait has. */
static bool leads(const struct ownership *state, size_t party)
{
    unsigned tells = TELLS;
    bool alone = true;

    for (size_t i = 0; i < state->count; i++) {
        if (i == party || !waits(state->parties[i].standing))
            continue;
        tells &= ~state->parties[i].proofs;
        alone = false;
    }
    return alone || (state->parties[party].proofs & tells) != 0;
}

static const char *proof_breaks(const struct rule_step *step, size_t owner, size_t heir)
{
    const struct ownership *after = step->after;

    if (owner != NONE && !is_given_up(step, owner))
        return "no proof takes the device from its owner";
    if (!has_all(after, heir))
        return "nobody owns the device without the product's proof";
    if (!after->arrived_at)
        return "nobody owns a device by proof before it has arrived";
    if (step->before->contested && !(after->parties[heir].proofs & (TELLS | 1U << PROOF_POWER_CYCLE)))
        return "after a contest the label is not enough, whoever is left";
    if (!leads(after, heir))
        return "of several who wait, one must have shown more than the others";
    return NULL;
}

static const char *owner_breaks(const struct rule_step *step)
{
    const size_t owner = owner_of(step->before), heir = owner_of(step->after);

    for (size_t i = 0; i < step->after->count; i++) {
        if (effects_of(step, EFFECT_ENDED, i) != (i == owner && heir != owner))
            return "ownership never ends silently";
        if (effects_of(step, EFFECT_GRANTED, i) != (i == heir && heir != owner))
            return "nobody becomes the owner silently";
    }
    if (step->after->hand_over_until && (heir != owner || step->after->hand_over_until <= step->event->now))
        return "a link ends with its time, and with the owner who made it";
    if (heir == owner)
        return NULL;
    if (heir == NONE)
        return is_given_up(step, owner) ? NULL : "only the owner or staff gives the device up";
    return is_given(step, owner, heir) ? NULL : proof_breaks(step, owner, heir);
}

/* ---- proofs ---- */

static bool covers(const struct challenge *challenge, long long at)
{
    return challenge->from && challenge->from < at && at <= challenge->until;
}

/* The event is the second half of a power cycle that this party alone was asked for. */
static bool is_cycled(const struct rule_step *step, size_t party)
{
    const struct challenge *own = &step->before->parties[party].challenge;
    const long long at = step->event->happened_at;
    const long long off = step->event->kind == OWNERSHIP_OFF ? at : own->off_at;
    const long long on = step->event->kind == OWNERSHIP_ON ? at : own->on_at;

    if (!step->before->arrived_at || !off || !on || !covers(own, off) || !covers(own, on))
        return false;
    for (size_t i = 0; i < step->before->count; i++) {
        const struct challenge *other = &step->before->parties[i].challenge;
        if (i != party && (covers(other, off) || covers(other, on)))
            return false;
    }
    return on + OWNERSHIP_ORDER_MS >= off;
}

static bool may_gain(const struct rule_step *step, size_t party, enum proof proof)
{
    const enum ownership_event_kind kind = step->event->kind;

    switch (proof) {
    case PROOF_LABEL:
        return is_by(step, OWNERSHIP_REQUEST, party);
    case PROOF_CODE:
        return is_by(step, OWNERSHIP_CODE, party) && waits(step->before->parties[party].standing);
    case PROOF_FRESH:
        return kind == OWNERSHIP_ARRIVED && step->event->fresh &&
               waits(step->before->parties[party].standing);
    case PROOF_STAFF:
        return is_by(step, OWNERSHIP_GRANT, party);
    case PROOF_HAND_OVER:
        return is_by(step, OWNERSHIP_TAKE, party) || is_by(step, OWNERSHIP_ACCEPT, party);
    case PROOF_POWER_CYCLE:
        return (kind == OWNERSHIP_OFF || kind == OWNERSHIP_ON) && is_cycled(step, party);
    case PROOF_AGAIN:
        return (kind == OWNERSHIP_OFF || kind == OWNERSHIP_ON) && is_cycled(step, party) &&
               (step->before->parties[party].proofs & 1U << PROOF_POWER_CYCLE);
    default:
        return false;
    }
}

static unsigned may_lose(const struct rule_step *step, size_t party)
{
    if (is_by(step, OWNERSHIP_REQUEST, party) && !waits(step->before->parties[party].standing))
        return ~(1U << PROOF_CODE);
    return is_given_up(step, owner_of(step->before)) ? OF_THE_DAY : 0;
}

/* What was shown once ends with the request, and with the owner about whom it was. */
static bool is_kept_too_long(const struct rule_step *step, size_t party)
{
    const unsigned proofs = step->after->parties[party].proofs;
    const size_t owner = owner_of(step->before);

    if (is_by(step, OWNERSHIP_REQUEST, party) && !waits(step->before->parties[party].standing) &&
        step->before->parties[party].standing != STANDING_OWNER &&
        waits(step->after->parties[party].standing))
        return (proofs & ~(1U << PROOF_LABEL | 1U << PROOF_CODE)) != 0;
    return owner != NONE && is_given_up(step, owner) && waits(step->before->parties[party].standing) &&
           (proofs & OF_THE_DAY);
}

static const char *proofs_break(const struct rule_step *step)
{
    for (size_t i = 0; i < step->after->count; i++) {
        const unsigned before = step->before->parties[i].proofs, after = step->after->parties[i].proofs;
        size_t gained = 0;
        for (int proof = 0; proof < PROOF_COUNT; proof++) {
            if (!(after & ~before & 1U << proof))
                continue;
            if (!may_gain(step, i, (enum proof)proof))
                return "a proof comes from what the person did, and nothing else";
            gained += proof != PROOF_LABEL;
        }
        if (effects_of(step, EFFECT_PROVEN, i) != gained)
            return "each new proof is reported, once";
        if (before & ~after & ~may_lose(step, i))
            return "proofs do not vanish";
        if (is_kept_too_long(step, i))
            return "what was shown once does not hold for ever";
    }
    return NULL;
}

/* ---- standings ---- */

static const struct {
    enum standing to;
    enum effect_kind effect;
} reported[] = {
    {STANDING_ASKING, EFFECT_ASKED},        {STANDING_DISPUTED, EFFECT_DISPUTED},
    {STANDING_OWNER, EFFECT_GRANTED},       {STANDING_REFUSED, EFFECT_REFUSED},
    {STANDING_WITHDRAWN, EFFECT_WITHDRAWN}, {STANDING_LAPSED, EFFECT_LAPSED},
    {STANDING_FORMER, EFFECT_ENDED},
};

static bool goes_to_staff(const struct rule_step *step, size_t party)
{
    const struct party *before = &step->before->parties[party];
    const unsigned missing = step->after->required & ~step->after->parties[party].proofs;

    if (before->standing == STANDING_ASKING && before->asked_at + 14 * DAY_MS <= step->event->now)
        return true;
    if (is_by(step, OWNERSHIP_DENY, party))
        return before->standing == STANDING_ASKING && owner_of(step->before) != NONE;
    if (is_by(step, OWNERSHIP_ASK, party) && !missing)
        return step->before->contested && owner_of(step->before) == NONE;
    return missing == 1U << PROOF_STAFF && step->after->arrived_at && owner_of(step->after) == NONE;
}

static bool may_become(const struct rule_step *step, size_t party, enum standing to)
{
    const struct party *before = &step->before->parties[party];

    switch (to) {
    case STANDING_WAITING:
        return is_by(step, OWNERSHIP_REQUEST, party);
    case STANDING_ASKING:
        return before->standing == STANDING_WAITING && is_by(step, OWNERSHIP_ASK, party) &&
               !(step->before->contested && has_all(step->before, party));
    case STANDING_DISPUTED:
        return goes_to_staff(step, party);
    case STANDING_OWNER:
        return true; /* see owner_breaks() */
    case STANDING_REFUSED:
        return waits(before->standing) && is_by(step, OWNERSHIP_REFUSE, party);
    case STANDING_WITHDRAWN:
        return waits(before->standing) &&
               (is_by(step, OWNERSHIP_WITHDRAW, party) || is_by(step, OWNERSHIP_ERASE, party));
    case STANDING_LAPSED:
        return before->standing == STANDING_WAITING && before->ends_at <= step->event->now;
    default:
        return before->standing == STANDING_OWNER;
    }
}

static const char *standings_break(const struct rule_step *step)
{
    for (size_t i = 0; i < step->after->count; i++) {
        const struct party *before = &step->before->parties[i], *after = &step->after->parties[i];
        const bool changed = before->standing != after->standing;
        if (changed && (before->standing == STANDING_FORMER || before->standing == STANDING_REFUSED))
            return "what is final stays";
        if (after->standing == STANDING_WAITING && after->asked_at)
            return "who waits has asked nobody";
        if (changed && !may_become(step, i, after->standing))
            return "a standing changes for its own reason only";
        for (size_t j = 0; j < sizeof reported / sizeof *reported; j++) {
            bool again = reported[j].to == STANDING_ASKING && after->standing == STANDING_ASKING &&
                         owner_of(step->after) != owner_of(step->before) && owner_of(step->after) != NONE;
            if (effects_of(step, reported[j].effect, i) !=
                ((changed && after->standing == reported[j].to) || again))
                return "each change is reported, once, and nothing else";
        }
        if (before->standing == STANDING_ASKING && after->standing == STANDING_ASKING &&
            ownership_due(after) > ownership_due(before))
            return "nothing puts off the day when a request is staff's";
    }
    return NULL;
}

/* Who could own it alone hears of the contest when it begins. */
static const char *contest_breaks(const struct rule_step *step)
{
    const bool begins = step->after->contested && !step->before->contested;

    for (size_t i = 0; i < step->after->count; i++) {
        const struct party *party = &step->after->parties[i];
        const bool hears = begins && waits(party->standing) && has_all(step->after, i);
        if (effects_of(step, EFFECT_CONTESTED, i) != hears)
            return "who could own it alone hears of a contest, once";
    }
    if (step->before->contested && !step->after->contested && owner_of(step->after) == NONE)
        return "a contest ends with an owner";
    return NULL;
}

const char *rule_step_breaks(const struct rule_step *step)
{
    const char *broken = owner_breaks(step);

    if (!broken)
        broken = proofs_break(step);
    if (!broken)
        broken = standings_break(step);
    return broken ? broken : contest_breaks(step);
}
