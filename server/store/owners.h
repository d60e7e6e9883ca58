/* SPDX-License-Identifier: Apache-2.0 */
/* Whose device it is, in the store: loads what is known of a device, applies the rules
 * (ownership/ownership.h) and writes the result, in the caller's transaction, under a lock of the device's
 * row. Call inside a store_job's run(). All times are milliseconds of store_clock.h. Errors are STORE_FULL,
 * STORE_UNAVAILABLE, STORE_AGAIN and STORE_BROKEN unless stated otherwise.
 *
 * A transaction locks claims before devices, and several devices in the order of their names. */
#ifndef SERVER_STORE_OWNERS_H
#define SERVER_STORE_OWNERS_H

#include "ownership/ownership.h"
#include "server/registration.h"
#include "server/store/job.h"
#include "server/store/owners_rules.h"

#define OWNERS_REASON_SIZE 501
#define OWNERS_NOTES_MAX 100

/* Something that happens. Members that its kind does not need are NULL or 0. */
struct owners_act {
    enum ownership_event_kind kind;
    const char *token;      /* of the person who acts, or the one whom staff decides about */
    const char *thing_name; /* the device, where there is no token: OWNERSHIP_STAFF_RELEASE */
    const char *other;      /* OWNERSHIP_ACCEPT, OWNERSHIP_DENY: reference of the request (struct holding) */
    const char *link;       /* OWNERSHIP_OFFER: digest of the new link's secret */
    const char *reason;     /* by staff */
    long long now;
    long long ends_at; /* OWNERSHIP_REQUEST */
};

/* Applies it. The owner's acts (accept, deny, offer, keep, release) have the owner's token; with that of
 * another the answer is OWNERSHIP_NOT_NOW. A claim to another endpoint than that of a party with a new proof
 * is cancelled, and a claim to that party's endpoint is made instead. Device events have functions of their
 * own; OWNERSHIP_TAKE: owners_take(). STORE_NOT_FOUND: there is no such registration, request or device.
 * Writes. */
enum store_error owners_apply(struct store_tx *tx, const struct owners_act *act,
                              enum ownership_answer *answer) __attribute__((warn_unused_result));

/* The device of a registration, STORE_NOT_FOUND: there is no such registration. Only reads. */
enum store_error owners_thing_of(struct store_tx *tx, const char *token, char out[IDENTIFIER_SIZE])
    __attribute__((warn_unused_result));

/* A hand-over link that can be used. */
struct owners_link {
    char thing_name[IDENTIFIER_SIZE];
    char endpoint[REGISTRATION_ENDPOINT_SIZE]; /* of the owner's registration */
    char product[OWNERS_PRODUCT_SIZE];
    long long until;
};

/* STORE_NOT_FOUND: there is none with this digest, or it has ended. Only reads. */
enum store_error owners_find_link(struct store_tx *tx, const char *link, long long now,
                                  struct owners_link *out) __attribute__((warn_unused_result));

/* The registration (registrations_add(), for the same device) becomes the owner by the link with this digest,
 * which ends. OWNERSHIP_ENDED: it was used, revoked, is too old, or belongs to another device. Writes. */
enum store_error owners_take(struct store_tx *tx, const char *token, const char *link, long long now,
                             enum ownership_answer *answer) __attribute__((warn_unused_result));

/* A request by somebody else, as its owner may see it. */
struct holding_request {
    char reference[REGISTRATION_REFERENCE_SIZE]; /* not the token: that is the other's key */
    enum standing standing;                      /* asking or disputed */
    unsigned proofs;
    long long asked_at;
    long long due_at; /* by when the owner may answer; 0: staff decides */
};

/* What a private page shows. Nothing in it has to be hidden from the person. */
struct holding {
    char thing_name[IDENTIFIER_SIZE];
    char product[OWNERS_PRODUCT_SIZE]; /* "": none */
    enum ownership_view view;
    enum standing standing; /* to be shown */
    bool may_tell;          /* the proofs allow to tell of others */
    bool has_owner;         /* another one, or this one; only if may_tell */
    bool contested;         /* only if may_tell */
    unsigned proofs, required;
    long long arrived_at; /* 0 unless may_tell */
    long long owned_at;   /* of the owner's own page */
    long long asked_at, due_at;
    struct challenge challenge;
    long long challenge_at;                                 /* from when another one can begin */
    long long hand_over_until;                              /* 0: there is no link */
    struct holding_request requests[OWNERSHIP_PARTIES_MAX]; /* for the owner */
    size_t request_count;
};

/* STORE_NOT_FOUND: there is no such registration. Only reads. */
enum store_error owners_find(struct store_tx *tx, const char *token, long long now, struct holding *out)
    __attribute__((warn_unused_result));

/* For staff: everything about a device. */
struct owners_party {
    char token[REGISTRATION_TOKEN_SIZE];
    char endpoint[REGISTRATION_ENDPOINT_SIZE];
    char product[OWNERS_PRODUCT_SIZE];
    struct party party;
    long long accepted_at;
};

struct owners_note {
    long long at;
    char kind[24], actor[24]; /* effect_name(); "person", "owner", "staff" or "portal" */
    char token[REGISTRATION_TOKEN_SIZE];
    unsigned proofs;
    char reason[OWNERS_REASON_SIZE];
};

struct owners_record {
    char thing_name[IDENTIFIER_SIZE];
    char endpoint[REGISTRATION_ENDPOINT_SIZE]; /* where it has arrived */
    char owner[REGISTRATION_TOKEN_SIZE];       /* "": none */
    unsigned required;
    bool contested;
    long long owned_at, arrived_at, hand_over_until;
    struct owners_party parties[OWNERSHIP_PARTIES_MAX]; /* owner and live ones */
    size_t party_count, others;
    struct owners_note notes[OWNERS_NOTES_MAX]; /* the last ones, newest first */
    size_t note_count;
};

/* STORE_NOT_FOUND: nobody has asked for the device, and then *out is empty. Only reads. */
enum store_error owners_read(struct store_tx *tx, const char *thing_name, long long now,
                             struct owners_record *out) __attribute__((warn_unused_result));

/* For staff: the requests that wait for a decision, the longest first. */
#define OWNERS_LISTED_MAX 100
struct owners_disputes {
    struct {
        char thing_name[IDENTIFIER_SIZE];
        char token[REGISTRATION_TOKEN_SIZE];
        long long asked_at;
    } list[OWNERS_LISTED_MAX];
    size_t count;
};

/* Only reads. */
enum store_error owners_disputes(struct store_tx *tx, struct owners_disputes *out)
    __attribute__((warn_unused_result));

/* For the metrics. */
#define OWNERS_DISPUTES_MAX 10000
struct owners_counts {
    long long disputes;       /* at most OWNERS_DISPUTES_MAX are counted */
    long long oldest_dispute; /* when its owner was asked; 0: there is none */
};

/* Only reads. */
enum store_error owners_count(struct store_tx *tx, struct owners_counts *out)
    __attribute__((warn_unused_result));

#endif
