/* SPDX-License-Identifier: Apache-2.0 */
#include "ownership/ownership.h"

size_t ownership_owner(const struct ownership *ownership)
{
    size_t i = 0;

    while (i < ownership->count && ownership->parties[i].standing != STANDING_OWNER)
        i++;
    return i;
}

static bool has_owner(const struct ownership *ownership)
{
    return ownership_owner(ownership) < ownership->count;
}

static void tell(struct ownership_effects *effects, enum effect_kind kind, size_t party)
{
    if (effects->count < OWNERSHIP_EFFECTS_MAX)
        effects->list[effects->count++] = (struct ownership_effect){kind, party};
}

static bool is_live(const struct ownership *ownership, size_t party)
{
    return party < ownership->count && standing_is_live(ownership->parties[party].standing);
}

/* Whether another one may still become the owner. */
static bool has_rivals(const struct ownership *ownership, size_t party)
{
    if (ownership->others > 0)
        return true;
    for (size_t i = 0; i < ownership->count; i++)
        if (i != party && is_live(ownership, i))
            return true;
    return false;
}

/* Whether the party has a telling proof that no other live one has. */
static bool stands_out(const struct ownership *ownership, size_t party)
{
    unsigned own = ownership->parties[party].proofs & PROOFS_TELLING;

    for (size_t i = 0; i < ownership->count; i++)
        if (i != party && is_live(ownership, i))
            own &= ~ownership->parties[i].proofs;
    return own != 0;
}

static void end_owner(struct ownership *ownership, struct ownership_effects *effects)
{
    size_t owner = ownership_owner(ownership);

    if (owner == ownership->count)
        return;
    ownership->parties[owner].standing = STANDING_FORMER;
    ownership->owned_at = 0;
    ownership->hand_over_until = 0;
    tell(effects, EFFECT_ENDED, owner);
}

/* The owner before, if any, is the owner no more. Who has asked the one before asks the new one, with its
 * full time. */
static void grant(struct ownership *ownership, size_t party, long long now, struct ownership_effects *effects)
{
    end_owner(ownership, effects);
    ownership->parties[party].standing = STANDING_OWNER;
    ownership->owned_at = now;
    ownership->contested = false;
    tell(effects, EFFECT_GRANTED, party);
    for (size_t i = 0; i < ownership->count; i++) {
        if (ownership->parties[i].standing != STANDING_ASKING)
            continue;
        ownership->parties[i].asked_at = now;
        tell(effects, EFFECT_ASKED, i);
    }
}

/* Makes the party the owner if it has all that is needed. */
static void settle(struct ownership *ownership, size_t party, long long now,
                   struct ownership_effects *effects)
{
    if (!is_live(ownership, party) || has_owner(ownership) || !ownership->arrived_at ||
        !proofs_include(ownership->parties[party].proofs, ownership->required))
        return;
    if (!ownership->contested && has_rivals(ownership, party)) {
        ownership->contested = true;
        tell(effects, EFFECT_CONTESTED, party);
    }
    if (!ownership->contested || stands_out(ownership, party))
        grant(ownership, party, now, effects);
}

static void prove(struct ownership *ownership, size_t party, enum proof proof,
                  struct ownership_effects *effects)
{
    if (ownership->parties[party].proofs & PROOF(proof))
        return;
    ownership->parties[party].proofs |= PROOF(proof);
    tell(effects, EFFECT_PROVEN, party);
}

static enum ownership_answer request(struct ownership *ownership, const struct ownership_event *event,
                                     struct ownership_effects *effects)
{
    struct party *party = &ownership->parties[event->party];

    if (party->standing == STANDING_REFUSED || party->standing == STANDING_FORMER)
        return OWNERSHIP_NOT_NOW;
    if (party->standing == STANDING_OWNER)
        return OWNERSHIP_DONE;
    if (!standing_is_live(party->standing)) {
        party->standing = STANDING_WAITING;
        party->asked_at = 0;
        party->proofs &= PROOF(PROOF_CODE); /* knowing something does not end; what happened once does */
    }
    party->proofs |= PROOF(PROOF_LABEL);
    if (party->ends_at < event->ends_at)
        party->ends_at = event->ends_at;
    settle(ownership, event->party, event->now, effects);
    return OWNERSHIP_DONE;
}

static enum ownership_answer withdraw(struct ownership *ownership, const struct ownership_event *event,
                                      struct ownership_effects *effects)
{
    if (!is_live(ownership, event->party))
        return OWNERSHIP_NOT_NOW;
    ownership->parties[event->party].standing = STANDING_WITHDRAWN;
    tell(effects, EFFECT_WITHDRAWN, event->party);
    return OWNERSHIP_DONE;
}

static enum ownership_answer code(struct ownership *ownership, const struct ownership_event *event,
                                  struct ownership_effects *effects)
{
    if (!is_live(ownership, event->party))
        return OWNERSHIP_NOT_NOW;
    prove(ownership, event->party, PROOF_CODE, effects);
    settle(ownership, event->party, event->now, effects);
    return OWNERSHIP_DONE;
}

long long ownership_challenge_at(const struct party *party)
{
    return challenge_next_at(&party->challenge);
}

static enum ownership_answer challenge(struct ownership *ownership, const struct ownership_event *event,
                                       struct ownership_effects *effects)
{
    struct party *party = &ownership->parties[event->party];

    (void)effects;
    if (!is_live(ownership, event->party))
        return OWNERSHIP_NOT_NOW;
    if (event->now < ownership_challenge_at(party))
        return OWNERSHIP_TOO_SOON;
    challenge_begin(&party->challenge, event->now);
    if (party->standing == STANDING_WAITING && party->ends_at < party->challenge.until)
        party->ends_at = party->challenge.until; /* it does not lapse meanwhile */
    return OWNERSHIP_DONE;
}

static enum ownership_answer ask(struct ownership *ownership, const struct ownership_event *event,
                                 struct ownership_effects *effects)
{
    struct party *party = &ownership->parties[event->party];

    if (party->standing != STANDING_WAITING)
        return OWNERSHIP_NOT_NOW;
    party->standing = STANDING_ASKING;
    party->asked_at = event->now;
    tell(effects, EFFECT_ASKED, event->party);
    return OWNERSHIP_DONE;
}

/* By the owner's hand. */
static void receive(struct ownership *ownership, const struct ownership_event *event,
                    struct ownership_effects *effects)
{
    prove(ownership, event->party, PROOF_HAND_OVER, effects);
    grant(ownership, event->party, event->now, effects);
}

static enum ownership_answer take(struct ownership *ownership, const struct ownership_event *event,
                                  struct ownership_effects *effects)
{
    if (!has_owner(ownership) || !ownership->hand_over_until)
        return OWNERSHIP_ENDED;
    if (!is_live(ownership, event->party))
        return OWNERSHIP_NOT_NOW;
    receive(ownership, event, effects);
    return OWNERSHIP_DONE;
}

static bool has_asked(const struct ownership *ownership, size_t party)
{
    return is_live(ownership, party) && ownership->parties[party].standing != STANDING_WAITING;
}

static enum ownership_answer accept(struct ownership *ownership, const struct ownership_event *event,
                                    struct ownership_effects *effects)
{
    if (!has_owner(ownership) || !has_asked(ownership, event->party))
        return OWNERSHIP_NOT_NOW;
    receive(ownership, event, effects);
    return OWNERSHIP_DONE;
}

static void dispute(struct ownership *ownership, size_t party, struct ownership_effects *effects)
{
    ownership->parties[party].standing = STANDING_DISPUTED;
    tell(effects, EFFECT_DISPUTED, party);
}

static enum ownership_answer deny(struct ownership *ownership, const struct ownership_event *event,
                                  struct ownership_effects *effects)
{
    if (!has_owner(ownership) || event->party >= ownership->count ||
        ownership->parties[event->party].standing != STANDING_ASKING)
        return OWNERSHIP_NOT_NOW;
    dispute(ownership, event->party, effects);
    return OWNERSHIP_DONE;
}

static enum ownership_answer offer(struct ownership *ownership, const struct ownership_event *event,
                                   struct ownership_effects *effects)
{
    (void)effects;
    if (!has_owner(ownership))
        return OWNERSHIP_NOT_NOW;
    ownership->hand_over_until = event->now + OWNERSHIP_HAND_OVER_MS;
    return OWNERSHIP_DONE;
}

static enum ownership_answer keep(struct ownership *ownership, const struct ownership_event *event,
                                  struct ownership_effects *effects)
{
    (void)event;
    (void)effects;
    if (!has_owner(ownership))
        return OWNERSHIP_NOT_NOW;
    ownership->hand_over_until = 0;
    return OWNERSHIP_DONE;
}

static enum ownership_answer release(struct ownership *ownership, const struct ownership_event *event,
                                     struct ownership_effects *effects)
{
    (void)event;
    if (!has_owner(ownership))
        return OWNERSHIP_NOT_NOW;
    end_owner(ownership, effects);
    return OWNERSHIP_DONE;
}

static enum ownership_answer staff_grant(struct ownership *ownership, const struct ownership_event *event,
                                         struct ownership_effects *effects)
{
    if (!is_live(ownership, event->party))
        return OWNERSHIP_NOT_NOW;
    prove(ownership, event->party, PROOF_STAFF, effects);
    grant(ownership, event->party, event->now, effects);
    return OWNERSHIP_DONE;
}

static enum ownership_answer staff_refuse(struct ownership *ownership, const struct ownership_event *event,
                                          struct ownership_effects *effects)
{
    if (!is_live(ownership, event->party))
        return OWNERSHIP_NOT_NOW;
    ownership->parties[event->party].standing = STANDING_REFUSED;
    tell(effects, EFFECT_REFUSED, event->party);
    return OWNERSHIP_DONE;
}

static enum ownership_answer erase(struct ownership *ownership, const struct ownership_event *event,
                                   struct ownership_effects *effects)
{
    if (event->party == ownership_owner(ownership))
        end_owner(ownership, effects);
    else if (is_live(ownership, event->party))
        return withdraw(ownership, event, effects);
    return OWNERSHIP_DONE;
}

/* It is the same arrival for all who wait. */
static enum ownership_answer arrived(struct ownership *ownership, const struct ownership_event *event,
                                     struct ownership_effects *effects)
{
    ownership->arrived_at = event->now;
    for (size_t i = 0; i < ownership->count; i++) {
        struct party *party = &ownership->parties[i];
        if (!standing_is_live(party->standing))
            continue;
        if (event->fresh)
            prove(ownership, i, PROOF_FRESH, effects);
        if (party->ends_at < event->now + OWNERSHIP_PROVE_MS)
            party->ends_at = event->now + OWNERSHIP_PROVE_MS;
    }
    for (size_t i = 0; i < ownership->count; i++)
        settle(ownership, i, event->now, effects);
    return OWNERSHIP_DONE;
}

/* One power cycle that several challenges were waiting for tells nobody apart: all of them end without a
 * proof. */
static void judge_challenges(struct ownership *ownership, long long now, struct ownership_effects *effects)
{
    size_t met = 0, winner = 0;

    for (size_t i = 0; i < ownership->count; i++) {
        if (!is_live(ownership, i) || !challenge_is_met(&ownership->parties[i].challenge))
            continue;
        challenge_end(&ownership->parties[i].challenge, now);
        winner = i;
        met++;
    }
    if (met != 1 || ownership->crowded)
        return;
    prove(ownership, winner, PROOF_POWER_CYCLE, effects);
    settle(ownership, winner, now, effects);
}

static enum ownership_answer switched(struct ownership *ownership, const struct ownership_event *event,
                                      struct ownership_effects *effects)
{
    for (size_t i = 0; i < ownership->count; i++) {
        if (!is_live(ownership, i))
            continue;
        if (event->kind == OWNERSHIP_OFF)
            challenge_off(&ownership->parties[i].challenge, event->happened_at);
        else
            challenge_on(&ownership->parties[i].challenge, event->happened_at);
    }
    judge_challenges(ownership, event->now, effects);
    return OWNERSHIP_DONE;
}

long long ownership_due(const struct party *party)
{
    if (party->standing == STANDING_WAITING)
        return party->ends_at;
    return party->standing == STANDING_ASKING ? party->asked_at + OWNERSHIP_ANSWER_MS : 0;
}

static void pass_time(struct ownership *ownership, long long now, struct ownership_effects *effects)
{
    for (size_t i = 0; i < ownership->count; i++) {
        long long due = ownership_due(&ownership->parties[i]);
        if (!due || due > now)
            continue;
        if (ownership->parties[i].standing == STANDING_ASKING) {
            dispute(ownership, i, effects);
        } else {
            ownership->parties[i].standing = STANDING_LAPSED;
            tell(effects, EFFECT_LAPSED, i);
        }
    }
    if (ownership->hand_over_until && ownership->hand_over_until <= now)
        ownership->hand_over_until = 0;
}

typedef enum ownership_answer rule(struct ownership *ownership, const struct ownership_event *event,
                                   struct ownership_effects *effects);

static const struct {
    rule *rule;
    bool names_party;
} rules[OWNERSHIP_TIME] = {
    [OWNERSHIP_REQUEST] = {request, true},
    [OWNERSHIP_WITHDRAW] = {withdraw, true},
    [OWNERSHIP_CODE] = {code, true},
    [OWNERSHIP_CHALLENGE] = {challenge, true},
    [OWNERSHIP_ASK] = {ask, true},
    [OWNERSHIP_TAKE] = {take, true},
    [OWNERSHIP_ACCEPT] = {accept, true},
    [OWNERSHIP_DENY] = {deny, true},
    [OWNERSHIP_OFFER] = {offer, false},
    [OWNERSHIP_KEEP] = {keep, false},
    [OWNERSHIP_RELEASE] = {release, false},
    [OWNERSHIP_GRANT] = {staff_grant, true},
    [OWNERSHIP_REFUSE] = {staff_refuse, true},
    [OWNERSHIP_STAFF_RELEASE] = {release, false},
    [OWNERSHIP_ERASE] = {erase, true},
    [OWNERSHIP_ARRIVED] = {arrived, false},
    [OWNERSHIP_OFF] = {switched, false},
    [OWNERSHIP_ON] = {switched, false},
};

enum ownership_answer ownership_apply(struct ownership *ownership, const struct ownership_event *event,
                                      struct ownership_effects *effects)
{
    effects->count = 0;
    pass_time(ownership, event->now, effects);
    if (event->kind == OWNERSHIP_TIME)
        return OWNERSHIP_DONE;
    if ((unsigned)event->kind > OWNERSHIP_TIME ||
        (rules[event->kind].names_party && event->party >= ownership->count))
        return OWNERSHIP_NOT_NOW;
    return rules[event->kind].rule(ownership, event, effects);
}
