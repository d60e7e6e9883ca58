/* SPDX-License-Identifier: Apache-2.0 */
/* Who leads: one portal for each name, until the end of its term. Portals that share a database take and
 * renew terms; all times are by the database's clock. A transaction in which a leader writes begins with
 * leaders_check(), so that a portal whose term is over writes nothing.
 *
 * A new term has a higher number, also if the same portal takes it. With SQLite only one portal can use the
 * database, so any other portal's term is over, and its own term never ends.
 *
 * For use inside a store_job's run(). */
#ifndef SERVER_STORE_LEADERS_H
#define SERVER_STORE_LEADERS_H

#include <stdbool.h>

#include "server/store/job.h"

#define LEADER_HOLDER_SIZE 128

/* A leader as the database has it. */
struct leader {
    char holder[LEADER_HOLDER_SIZE];
    long long term;
    long long left_ms; /* until the end of the term; 0: it has ended */
};

/* What leaders_take() gave. */
struct leader_term {
    long long term; /* 0: another portal leads, or takes the term at this moment */
    bool endless;   /* there is no other portal: no renewal is needed */
};

/* Reads. STORE_NOT_FOUND: no portal has led under this name yet. */
enum store_error leaders_find(struct store_tx *tx, const char *name, long long term_ms, struct leader *out);

/* Takes the next term if the last one has ended or is the holder's own. Never waits for another portal. */
enum store_error leaders_take(struct store_tx *tx, const char *name, const char *holder, long long term_ms,
                              struct leader_term *out);

/* Moves the end of the term to term_ms from now. *renewed false: the term is over, another one has begun. */
enum store_error leaders_renew(struct store_tx *tx, const char *name, long long term, long long term_ms,
                               bool *renewed);

/* Ends the term, so that others need not wait for its end. */
enum store_error leaders_resign(struct store_tx *tx, const char *name, long long term);

/* STORE_NOT_LEADER: the term is over, and the job must not write. Otherwise no portal can take the next term
 * until the transaction has ended. Only in jobs that write. */
enum store_error leaders_check(struct store_tx *tx, const char *name, long long term);

#endif
