/* SPDX-License-Identifier: Apache-2.0 */
/* What happens to a device and to those who ask for it, and what follows from it. Pure functions, any thread.
 *
 * Times are milliseconds of one clock (store_clock.h). */
#ifndef OWNERSHIP_EVENT_H
#define OWNERSHIP_EVENT_H

#include <stdbool.h>
#include <stddef.h>

#define OWNERSHIP_PARTIES_MAX 16
/* More than one event can have: each party has at most one new standing and one new proof. */
#define OWNERSHIP_EFFECTS_MAX (3 * OWNERSHIP_PARTIES_MAX)

/* Events may be repeated, as after a crash: the second time changes nothing. The answer is OWNERSHIP_DONE
 * again, but OWNERSHIP_TOO_SOON for a challenge, and OWNERSHIP_NOT_NOW for a release. */
enum ownership_event_kind {
    /* by the party */
    OWNERSHIP_REQUEST,  /* new, or once more. ends_at: when waiting ends. The owner, after a reset, stays the
                           owner */
    OWNERSHIP_WITHDRAW, /* owners release instead */
    OWNERSHIP_CODE,     /* gave the right code (wrong ones: ownership/guesses.h) */
    OWNERSHIP_CHALLENGE,
    OWNERSHIP_ASK,  /* asks the owner, whether there is one or not. In a contest that the party may know of:
                       staff */
    OWNERSHIP_TAKE, /* uses the hand-over link; the caller has compared it */
    /* by the owner, of whom the caller has checked in this transaction that it is the owner. party: the other
       one */
    OWNERSHIP_ACCEPT,
    OWNERSHIP_DENY,
    /* by the owner, who is the party */
    OWNERSHIP_OFFER,   /* makes a hand-over link. An earlier one ends */
    OWNERSHIP_KEEP,    /* revokes the link */
    OWNERSHIP_RELEASE, /* gives the device up. Who waits and has all that is needed gets it at once */
    /* by staff */
    OWNERSHIP_GRANT,
    OWNERSHIP_REFUSE,
    OWNERSHIP_STAFF_RELEASE, /* party: the owner whom staff means. It may be another one by now */
    /* by anybody with the right to */
    OWNERSHIP_ERASE, /* the registration will be deleted */
    /* by the device. happened_at: by our clock, as far as it is known. Late, twice, or in another order than
       it happened */
    OWNERSHIP_ARRIVED, /* fresh: from its staging account. Before OWNERSHIP_ON of the same connection */
    OWNERSHIP_OFF,
    OWNERSHIP_ON,
    OWNERSHIP_TIME, /* nothing but time: when ownership_due() has come. Also after the product has changed */
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
    EFFECT_CONTESTED, /* the party could have owned it alone: it has to show more */
    EFFECT_ASKED,     /* tell the owner, if there is one. Also after the owner has changed */
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

/* Words for the audit: "requested", "granted" and so on. */
const char *effect_name(enum effect_kind kind);
const char *ownership_event_name(enum ownership_event_kind kind);

#endif
