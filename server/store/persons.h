/* SPDX-License-Identifier: Apache-2.0 */
/* People who have signed in, their sessions, and what may be used once. Call inside a store_job's run(). The
 * store keeps digests (base/digest.h): whoever reads the database can neither use a session nor a sign-in
 * that is under way. */
#ifndef SERVER_STORE_PERSONS_H
#define SERVER_STORE_PERSONS_H

#include "base/digest.h"
#include "base/text.h"
#include "server/registration.h"
#include "server/store/job.h"

/* From the sign-in, however much it is used: no page has to write for it, and after it signing in again is
 * one touch for whoever is still signed in at their provider. */
#define SESSION_LIFE_MS (30 * 86400 * 1000LL)
#define SESSION_BACK_SIZE 1025

struct session_start {
    const char *id; /* a digest */
    const char *issuer, *subject;
    const char *back; /* an address of the allowed list; NULL: none */
    long long now;    /* store_clock_ms() */
};
/* Begins a session of this person, who is made known if need be. */
enum store_error sessions_begin(struct store_tx *tx, const struct session_start *start);

struct session {
    long long person_id, ends_at;
    char back[SESSION_BACK_SIZE]; /* "": none */
};
/* STORE_NOT_FOUND: there is none, or it has ended. Reads only. */
enum store_error sessions_find(struct store_tx *tx, const char *id, long long now, struct session *out);
/* One that does not exist is no error. */
enum store_error sessions_end(struct store_tx *tx, const char *id);

/* Keeps contents (NULL: none) until they are taken, or until a time. STORE_NOT_FOUND: this id was there
 * already, also if its time is over. */
enum store_error once_put(struct store_tx *tx, const char *id, const char *contents, long long ends_at);
/* Takes and removes it: of two who come at a time one gets it. Adds the contents to out. STORE_NOT_FOUND:
 * there is none, it was taken, or its time is over. */
enum store_error once_take(struct store_tx *tx, const char *id, long long now, struct text *out);

/* The registrations of a person, newest first. */
#define PERSONS_PAGE 20
struct person_page {
    long long person_id;
    unsigned number; /* of the page, 0: the first */
    /* set by persons_registrations() */
    struct registration list[PERSONS_PAGE];
    size_t count;
    bool more; /* there is another page */
};
/* Reads only. A person without registrations is no error. */
enum store_error persons_registrations(struct store_tx *tx, struct person_page *page);

struct persons_step {
    long long now;   /* store_clock_ms() */
    size_t limit;    /* rows of each kind */
    long long after; /* persons up to this id were checked; kept by the caller between steps */
    /* set by the step */
    size_t sessions, persons, once; /* deleted */
    bool more;
};
/* Deletes a few of the sessions that have ended, of what was not taken in time, and of the persons who have
 * neither a session nor a registration and were not seen for SESSION_LIFE_MS. */
enum store_error persons_retention(struct store_tx *tx, struct persons_step *step);

#endif
