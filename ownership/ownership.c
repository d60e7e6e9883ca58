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

/* Whether the party has shown more than each of the others. */
static bool stands_out(const struct ownership *ownership, size_t party)
{
    const unsigned proofs = ownership->parties[party].proofs;
    unsigned own = proofs & PROOFS_TELLING;

    if (!has_rivals(ownership, party))
        return (proofs & PROOFS_OF_POSSESSION) != 0;
    for (size_t i = 0; i < ownership->count; i++) {
        const unsigned theirs = ownership->parties[i].proofs;
        if (i == party || !is_live(ownership, i))
            continue;
        if ((theirs & PROOFS_TELLING & ~proofs) && proofs_include(theirs, ownership->required))
            return false;
        own &= ~theirs;
    }
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

/* The owner gives the device up. What the others have shown of it was about that owner. */
static void give_up(struct ownership *ownership, struct ownership_effects *effects)
{
    end_owner(ownership, effects);
    for (size_t i = 0; i < ownership->count; i++)
        if (is_live(ownership, i))
            ownership->parties[i].proofs &= ~PROOFS_OF_THE_DAY;
}

/* The owner before, if any, is the owner no more. Who has asked the one before asks the new one, in the time
 * that is left: or else owners who pass the device to each other would keep the request from staff. */
static void grant(struct ownership *ownership, size_t party, long long now, struct ownership_effects *effects)
{
    end_owner(ownership, effects);
    ownership->parties[party].standing = STANDING_OWNER;
    ownership->owned_at = now;
    ownership->contested = false;
    tell(effects, EFFECT_GRANTED, party);
    for (size_t i = 0; i < ownership->count; i++)
        if (ownership->parties[i].standing == STANDING_ASKING)
            tell(effects, EFFECT_ASKED, i);
}

static void dispute(struct ownership *ownership, size_t party, struct ownership_effects *effects)
{
    ownership->parties[party].standing = STANDING_DISPUTED;
    tell(effects, EFFECT_DISPUTED, party);
}

static bool has_required(const struct ownership *ownership, size_t party)
{
    return proofs_include(ownership->parties[party].proofs, ownership->required);
}

/* Whether it can own the device, unless another one can as well. */
static bool is_eligible(const struct ownership *ownership, size_t party)
{
    return is_live(ownership, party) && ownership->arrived_at && !has_owner(ownership) &&
           has_required(ownership, party);
}

static bool awaits_staff(const struct ownership *ownership, size_t party)
{
    return is_live(ownership, party) && ownership->arrived_at && !has_owner(ownership) &&
           !has_required(ownership, party) &&
           proofs_include(ownership->parties[party].proofs | PROOF(PROOF_STAFF), ownership->required);
}

static void contest(struct ownership *ownership, struct ownership_effects *effects)
{
    ownership->contested = true;
    for (size_t i = 0; i < ownership->count; i++)
        if (is_eligible(ownership, i))
            tell(effects, EFFECT_CONTESTED, i);
}

/* Makes the one who has all that is needed the owner. */
static void settle(struct ownership *ownership, long long now, struct ownership_effects *effects)
{
    bool is_contested = false;

    for (size_t i = 0; i < ownership->count; i++) {
        bool alone = !ownership->contested && !has_rivals(ownership, i);
        if (is_eligible(ownership, i) && (alone || stands_out(ownership, i)))
            grant(ownership, i, now, effects);
    }
    for (size_t i = 0; i < ownership->count; i++) {
        is_contested = is_contested || is_eligible(ownership, i);
        if (awaits_staff(ownership, i) && ownership->parties[i].standing != STANDING_DISPUTED)
            dispute(ownership, i, effects);
    }
    if (is_contested && !ownership->contested)
        contest(ownership, effects);
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

    (void)effects;
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
    if (party->ends_at <= event->now)
        party->ends_at = event->now + 1; /* nobody waits for ever */
    return OWNERSHIP_DONE;
}

static enum ownership_answer withdraw(struct ownership *ownership, const struct ownership_event *event,
                                      struct ownership_effects *effects)
{
    if (ownership->parties[event->party].standing == STANDING_WITHDRAWN)
        return OWNERSHIP_DONE;
    if (!is_live(ownership, event->party))
        return OWNERSHIP_NOT_NOW;
    ownership->parties[event->party].standing = STANDING_WITHDRAWN;
    tell(effects, EFFECT_WITHDRAWN, event->party);
    return OWNERSHIP_DONE;
}

static enum ownership_answer code(struct ownership *ownership, const struct ownership_event *event,
                                  struct ownership_effects *effects)
{
    if (ownership->parties[event->party].standing == STANDING_OWNER)
        return OWNERSHIP_DONE;
    if (!is_live(ownership, event->party))
        return OWNERSHIP_NOT_NOW;
    prove(ownership, event->party, PROOF_CODE, effects);
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
    challenge_begin(&party->challenge, event->now, ownership->arrived_at);
    if (party->standing == STANDING_WAITING && party->ends_at < party->challenge.until)
        party->ends_at = party->challenge.until; /* it does not lapse meanwhile */
    return OWNERSHIP_DONE;
}

static enum ownership_answer ask(struct ownership *ownership, const struct ownership_event *event,
                                 struct ownership_effects *effects)
{
    struct party *party = &ownership->parties[event->party];

    if (!is_live(ownership, event->party))
        return OWNERSHIP_NOT_NOW;
    if (!party->asked_at)
        party->asked_at = event->now;
    if (party->standing != STANDING_WAITING)
        return OWNERSHIP_DONE;
    if (ownership->contested && has_required(ownership, event->party)) {
        dispute(ownership, event->party, effects); /* nobody would answer */
        return OWNERSHIP_DONE;
    }
    party->standing = STANDING_ASKING;
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
    if (ownership->parties[event->party].standing == STANDING_OWNER)
        return OWNERSHIP_DONE;
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
    if (event->party == ownership_owner(ownership))
        return OWNERSHIP_DONE;
    if (!has_owner(ownership) || !has_asked(ownership, event->party))
        return OWNERSHIP_NOT_NOW;
    receive(ownership, event, effects);
    return OWNERSHIP_DONE;
}

static enum ownership_answer deny(struct ownership *ownership, const struct ownership_event *event,
                                  struct ownership_effects *effects)
{
    if (!has_owner(ownership) || !has_asked(ownership, event->party))
        return OWNERSHIP_NOT_NOW;
    if (ownership->parties[event->party].standing == STANDING_ASKING)
        dispute(ownership, event->party, effects);
    return OWNERSHIP_DONE;
}

static enum ownership_answer offer(struct ownership *ownership, const struct ownership_event *event,
                                   struct ownership_effects *effects)
{
    (void)effects;
    if (ownership->parties[event->party].standing != STANDING_OWNER)
        return OWNERSHIP_NOT_NOW;
    ownership->hand_over_until = event->now + OWNERSHIP_HAND_OVER_MS;
    return OWNERSHIP_DONE;
}

static enum ownership_answer keep(struct ownership *ownership, const struct ownership_event *event,
                                  struct ownership_effects *effects)
{
    (void)effects;
    if (ownership->parties[event->party].standing != STANDING_OWNER)
        return OWNERSHIP_NOT_NOW;
    ownership->hand_over_until = 0;
    return OWNERSHIP_DONE;
}

/* Not whoever owns it by now: it may be repeated after another one has become the owner. */
static enum ownership_answer release(struct ownership *ownership, const struct ownership_event *event,
                                     struct ownership_effects *effects)
{
    if (ownership->parties[event->party].standing != STANDING_OWNER)
        return OWNERSHIP_NOT_NOW;
    give_up(ownership, effects);
    return OWNERSHIP_DONE;
}

static enum ownership_answer staff_grant(struct ownership *ownership, const struct ownership_event *event,
                                         struct ownership_effects *effects)
{
    if (event->party == ownership_owner(ownership))
        return OWNERSHIP_DONE;
    if (!is_live(ownership, event->party))
        return OWNERSHIP_NOT_NOW;
    prove(ownership, event->party, PROOF_STAFF, effects);
    grant(ownership, event->party, event->now, effects);
    return OWNERSHIP_DONE;
}

static enum ownership_answer staff_refuse(struct ownership *ownership, const struct ownership_event *event,
                                          struct ownership_effects *effects)
{
    if (ownership->parties[event->party].standing == STANDING_REFUSED)
        return OWNERSHIP_DONE;
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
        give_up(ownership, effects);
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
        if (event->fresh)
            challenge_put_off(&party->challenge, event->now);
        if (!standing_is_live(party->standing))
            continue;
        if (event->fresh)
            prove(ownership, i, PROOF_FRESH, effects);
        if (party->ends_at < event->now + OWNERSHIP_PROVE_MS)
            party->ends_at = event->now + OWNERSHIP_PROVE_MS;
    }
    return OWNERSHIP_DONE;
}

/* Whether another one was asked for a power cycle at that time, too: then it tells nobody apart. */
static bool is_shared(const struct ownership *ownership, size_t party, long long at)
{
    for (size_t i = 0; i < ownership->count; i++)
        if (i != party && challenge_may_cover(&ownership->parties[i].challenge, at))
            return true;
    return ownership->crowded;
}

/* The event is the last that the party's challenge waited for. */
static void meet(struct ownership *ownership, size_t party, struct ownership_effects *effects)
{
    const struct party *own = &ownership->parties[party];

    if (!is_shared(ownership, party, own->challenge.off_at) &&
        !is_shared(ownership, party, own->challenge.on_at))
        prove(ownership, party, own->proofs & PROOF(PROOF_POWER_CYCLE) ? PROOF_AGAIN : PROOF_POWER_CYCLE,
              effects);
}

/* Before it has arrived, it is in another account. */
static enum ownership_answer switched(struct ownership *ownership, const struct ownership_event *event,
                                      struct ownership_effects *effects)
{
    bool met[OWNERSHIP_PARTIES_MAX] = {false};

    for (size_t i = 0; i < ownership->count && ownership->arrived_at; i++) {
        struct challenge *challenge = &ownership->parties[i].challenge;
        if (!is_live(ownership, i) || challenge_is_met(challenge))
            continue;
        if (event->kind == OWNERSHIP_OFF)
            challenge_off(challenge, event->happened_at);
        else
            challenge_on(challenge, event->happened_at);
        met[i] = challenge_is_met(challenge);
    }
    for (size_t i = 0; i < ownership->count; i++)
        if (met[i])
            meet(ownership, i, effects);
    for (size_t i = 0; i < ownership->count; i++)
        if (met[i])
            challenge_end(&ownership->parties[i].challenge, event->now);
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
    [OWNERSHIP_OFFER] = {offer, true},
    [OWNERSHIP_KEEP] = {keep, true},
    [OWNERSHIP_RELEASE] = {release, true},
    [OWNERSHIP_GRANT] = {staff_grant, true},
    [OWNERSHIP_REFUSE] = {staff_refuse, true},
    [OWNERSHIP_STAFF_RELEASE] = {release, true},
    [OWNERSHIP_ERASE] = {erase, true},
    [OWNERSHIP_ARRIVED] = {arrived, false},
    [OWNERSHIP_OFF] = {switched, false},
    [OWNERSHIP_ON] = {switched, false},
};

static enum ownership_answer apply_rule(struct ownership *ownership, const struct ownership_event *event,
                                        struct ownership_effects *effects)
{
    if (event->kind == OWNERSHIP_TIME)
        return OWNERSHIP_DONE;
    if ((unsigned)event->kind > OWNERSHIP_TIME ||
        (rules[event->kind].names_party && event->party >= ownership->count))
        return OWNERSHIP_NOT_NOW;
    return rules[event->kind].rule(ownership, event, effects);
}

enum ownership_answer ownership_apply(struct ownership *ownership, const struct ownership_event *event,
                                      struct ownership_effects *effects)
{
    effects->count = 0;
    pass_time(ownership, event->now, effects);
    enum ownership_answer answer = apply_rule(ownership, event, effects);
    settle(ownership, event->now, effects);
    return answer;
}
