/* SPDX-License-Identifier: Apache-2.0 */
/* Whose device is it: the rules, as pure functions of what is known about one device, what happens, and when.
 *
 * A *party* is one registration: a request by one person for the device, with its private page. Several may
 * wait for one device; at most one owns it. ownership_apply() changes the state and reports the effects; the
 * caller loads the state, applies and stores it, in one transaction that locks the device
 * (server/store/owners.h). No clock, SQL or HTTP here.
 *
 * The rules, which tests/unit/test_ownership_explored.c checks in every state that can be reached:
 *   - There are never two owners.
 *   - Nobody becomes the owner without every proof that the product requires, except by the owner's hand or
 * by staff.
 *   - While the device has an owner, no proof takes it from the owner: the owner or staff decides.
 *   - Two who wait for a device without owner contest it: from then on the label is not enough, and neither
 * is what both have. One of them must prove more than the others (PROOFS_TELLING), or staff decides.
 *   - Former owners, and those who were refused, see nothing of the device.
 *   - Every party that is neither owner nor at its end has something left that it, the owner, staff or time
 * can do.
 *
 * Times are milliseconds of one clock (store_clock.h). Functions may be called on any thread. */
#ifndef OWNERSHIP_OWNERSHIP_H
#define OWNERSHIP_OWNERSHIP_H

#include <stdbool.h>
#include <stddef.h>

#include "ownership/proof.h"

#define OWNERSHIP_ANSWER_MS (14 * 86400000LL) /* how long the owner may take to answer a request */
#define OWNERSHIP_PROVE_MS                                                                                   \
    (7 * 86400000LL) /* how long a party may take to prove more, once the device has arrived */
#define OWNERSHIP_HAND_OVER_MS (7 * 86400000LL) /* how long a hand-over link can be used */
#define OWNERSHIP_CHALLENGE_MS 180000LL         /* how long a power-cycle challenge lasts */
#define OWNERSHIP_CHALLENGE_PAUSE_MS 60000LL /* from the first challenge to the second; doubles with each */
#define OWNERSHIP_CHALLENGE_PAUSE_MAX_MS 3600000LL

/* The account's times of two events may differ by this much from their order (IoT: presence events can come
 * out of order; when a device takes over its own session, its end and the new connection have nearly the same
 * time). */
#define OWNERSHIP_ORDER_MS 2000LL

enum standing {
    STANDING_WAITING,  /* for the device, or for a proof */
    STANDING_ASKING,   /* has asked the owner */
    STANDING_DISPUTED, /* the owner denied, or did not answer in time: staff decides */
    STANDING_OWNER,
    STANDING_REFUSED,   /* staff decided for another. Final: only a new registration helps */
    STANDING_WITHDRAWN, /* by the person. Can be requested again */
    STANDING_LAPSED,    /* neither the device nor the missing proof came in time. Can be requested again */
    STANDING_FORMER,    /* was the owner. Final */
    STANDING_COUNT
};

/* A power-cycle challenge: the person is asked to switch the device off and on between from and until. */
struct challenge {
    long long from, until;   /* 0: none yet */
    long long off_at, on_at; /* what was seen of it; 0: nothing */
    unsigned count;          /* challenges so far */
};

struct party {
    enum standing standing;
    unsigned proofs;
    long long ends_at;  /* of STANDING_WAITING: when it lapses */
    long long asked_at; /* of STANDING_ASKING and STANDING_DISPUTED */
    struct challenge challenge;
};

#define OWNERSHIP_PARTIES_MAX 16

/* One device. The caller loads the owner, the party that acts, those with a telling proof, those with a
 * challenge, and then others that are live. */
struct ownership {
    unsigned required; /* proofs that the product asks for now */
    struct party parties[OWNERSHIP_PARTIES_MAX];
    size_t count;
    size_t others;             /* live parties that did not fit */
    bool crowded;              /* one of those has a challenge: nobody can prove by power-cycle now */
    bool contested;            /* two waited when it arrived, or when one of them could have owned it */
    long long arrived_at;      /* when it was last seen to arrive in the OEM account; 0: never */
    long long owned_at;        /* since when the owner owns it */
    long long hand_over_until; /* end of the owner's hand-over link; 0: there is none */
};

enum ownership_event_kind {
    /* by the party */
    OWNERSHIP_REQUEST,  /* new, or once more. ends_at: when waiting ends. The owner, after a reset, stays the
                           owner */
    OWNERSHIP_WITHDRAW, /* owners release instead */
    OWNERSHIP_CODE,     /* gave the right code (wrong ones: ownership/guesses.h) */
    OWNERSHIP_CHALLENGE,
    OWNERSHIP_ASK,  /* asks the owner, whether there is one or not */
    OWNERSHIP_TAKE, /* uses the hand-over link; the caller has compared it */
    /* by the owner; party: the other one, where there is one */
    OWNERSHIP_ACCEPT,
    OWNERSHIP_DENY,
    OWNERSHIP_OFFER,   /* makes a hand-over link. An earlier one ends */
    OWNERSHIP_KEEP,    /* revokes the link */
    OWNERSHIP_RELEASE, /* gives the device up */
    /* by staff */
    OWNERSHIP_GRANT,
    OWNERSHIP_REFUSE,
    OWNERSHIP_STAFF_RELEASE,
    /* by anybody with the right to */
    OWNERSHIP_ERASE, /* the registration will be deleted */
    /* by the device. happened_at: by our clock */
    OWNERSHIP_ARRIVED, /* fresh: from its staging account */
    OWNERSHIP_OFF,
    OWNERSHIP_ON,
    OWNERSHIP_TIME, /* nothing but time: when ownership_due() has come */
    OWNERSHIP_EVENT_COUNT
};

struct ownership_event {
    enum ownership_event_kind kind;
    size_t party; /* index; not read where no party is named */
    long long now;
    long long happened_at;
    long long ends_at;
    bool fresh;
};

enum effect_kind {
    EFFECT_GRANTED,   /* the party owns the device */
    EFFECT_ENDED,     /* the party no longer owns it */
    EFFECT_PROVEN,    /* the party has a new proof. A claim to another endpoint must not stand in its way */
    EFFECT_CONTESTED, /* the party could have owned it alone */
    EFFECT_ASKED,     /* tell the owner, if there is one */
    EFFECT_DISPUTED,  /* tell staff */
    EFFECT_REFUSED,
    EFFECT_WITHDRAWN,
    EFFECT_LAPSED,
    EFFECT_COUNT
};

struct ownership_effect {
    enum effect_kind kind;
    size_t party;
};

#define OWNERSHIP_EFFECTS_MAX (3 * OWNERSHIP_PARTIES_MAX)

struct ownership_effects {
    struct ownership_effect list[OWNERSHIP_EFFECTS_MAX];
    size_t count;
};

enum ownership_answer {
    OWNERSHIP_DONE,
    OWNERSHIP_NOT_NOW,  /* the party's or the device's state does not allow it */
    OWNERSHIP_TOO_SOON, /* a challenge must wait: ownership_challenge_at() */
    OWNERSHIP_ENDED,    /* the hand-over link was used, revoked, or is too old */
};

/* Applies what time has brought, and then one event. *effects is always set. After any other answer than
 * OWNERSHIP_DONE the event has changed nothing, but time may have: store the state in any case. */
enum ownership_answer ownership_apply(struct ownership *ownership, const struct ownership_event *event,
                                      struct ownership_effects *effects) __attribute__((warn_unused_result));

/* The index of the owner; ownership->count if there is none. */
size_t ownership_owner(const struct ownership *ownership);

/* Waiting, asking or disputed: may still become the owner. */
bool standing_is_live(enum standing standing);

/* "waiting", "asking" and so on, as in the store and the API. */
const char *standing_name(enum standing standing);
/* False for an unknown name; then *out is untouched. */
bool standing_parse(const char *name, enum standing *out);

/* Words for the audit: "requested", "granted" and so on. */
const char *effect_name(enum effect_kind kind);
const char *ownership_event_name(enum ownership_event_kind kind);

/* When OWNERSHIP_TIME next changes something about this party; 0: never. */
long long ownership_due(const struct party *party);

/* From when the party may begin another challenge. */
long long ownership_challenge_at(const struct party *party);

/* What a party may see of the device. */
enum ownership_view {
    VIEW_NOTHING, /* only that its request has ended */
    VIEW_REQUEST, /* the progress of its own request */
    VIEW_OWNER,   /* everything: state of the device, requests by others */
};
enum ownership_view ownership_view(const struct ownership *ownership, size_t party);

/* Whether the party may be told that the device has an owner, or is contested: with the product's proofs
 * alone. */
bool ownership_may_tell(const struct ownership *ownership, size_t party);

/* The standing to show to the party. Without proof, a denial is not told apart from an owner who is silent,
 * nor from a device that has no owner. */
enum standing ownership_shown(const struct ownership *ownership, size_t party, long long now);

#endif
