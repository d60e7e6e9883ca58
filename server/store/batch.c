/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/batch.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/random.h"
#include "server/store/claim_counts.h"
#include "server/store/engine.h"
#include "server/store/owners_device.h"
#include "server/store/transaction.h"

#define ATTEMPTS 6
#define ATTEMPT_PAUSE_MAX_MS 20
#define AGAIN_MAX 4 /* retries after another portal was faster; then STORE_UNAVAILABLE */
#define LOOK_PAUSE_MS 500
#define LOOKS 10 /* lookups of a commit whose answer was lost */

enum end {
    END_KEPT,  /* committed, or nothing to commit: all jobs have their results */
    END_RETRY, /* rolled back by a conflict with other transactions */
    END_ALONE, /* an error of one job undid the work of the others */
    END_FAILED,
};

static void pause_ms(long long ms)
{
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

/* Fails all jobs that had succeeded or had not run yet: their work was not kept. */
static enum end fail_all(struct store_job *first, enum store_error error)
{
    for (struct store_job *job = first; job; job = job->next)
        if (job->result == STORE_OK || job->result == STORE_AGAIN)
            job->result = error;
    return END_FAILED;
}

/* Runs one job inside the transaction. An error undoes what it wrote. If the job is not shared, the caller
 * rolls the whole transaction back instead. */
static enum store_error run_job(struct store_tx *tx, struct store_job *job, bool shared)
{
    const struct engine_kind *kind = tx->database->kind;
    long long before[CLAIM_STATE_COUNT];
    bool had_written = tx->has_written;

    memcpy(before, tx->count_changes, sizeof before);
    tx->wants_savepoint = shared;
    tx->has_savepoint = false;
    tx->arrived_count = 0;
    enum store_error error = job->run(tx, job->argument);
    if (!error)
        error = owners_arrived(tx);
    if (!kind->in_transaction(tx->database))
        return error ? error : STORE_FULL;
    if (error) {
        memcpy(tx->count_changes, before, sizeof before);
        tx->has_written = had_written;
    }
    if (!tx->has_savepoint)
        return error;
    enum store_error undone = error ? kind->undo(tx->database) : STORE_OK;
    enum store_error released = undone ? undone : kind->release(tx->database);
    return error ? error : released;
}

static enum store_error run_job_patiently(struct store_tx *tx, struct store_job *job, bool shared)
{
    enum store_error error = run_job(tx, job, shared);

    for (int i = 0; i < AGAIN_MAX && shared && error == STORE_AGAIN; i++)
        error = run_job(tx, job, shared);
    return error == STORE_AGAIN && shared ? STORE_UNAVAILABLE : error;
}

/* Runs all jobs of the kind of `first` together, from `first` on. */
static enum store_error run_kind(struct store_tx *tx, struct store_job *first)
{
    size_t count = 0, at = 0;

    for (const struct store_job *job = first; job; job = job->next)
        count += job->kind == first->kind;
    if (count < 2)
        return STORE_OK;
    OWNED void **arguments = memory_new(count, sizeof *arguments);
    OWNED enum store_error *results = memory_new(count, sizeof *results);
    for (const struct store_job *job = first; job; job = job->next)
        if (job->kind == first->kind)
            arguments[at++] = job->argument;
    for (size_t i = 0; i < count; i++)
        results[i] = STORE_AGAIN;
    RETURN_IF(first->run_together(tx, arguments, results, count));
    at = 0;
    for (struct store_job *job = first; job; job = job->next)
        if (job->kind == first->kind)
            job->result = results[at++];
    return STORE_OK;
}

static bool is_first_of_kind(const struct store_job *batch, const struct store_job *job)
{
    while (batch != job && batch->kind != job->kind)
        batch = batch->next;
    return batch == job;
}

static enum store_error run_kinds(struct store_tx *tx, struct store_job *batch)
{
    for (struct store_job *job = batch; job; job = job->next)
        if (job->kind && is_first_of_kind(batch, job))
            RETURN_IF(run_kind(tx, job));
    return STORE_OK;
}

/* The connection was lost during the commit. The transaction's row in claim_counts shows whether it was
 * committed. It is never run again: if the row cannot be looked up, the jobs get STORE_UNAVAILABLE. */
static bool was_committed(struct database *database, const char *token)
{
    for (int i = 0; i < LOOKS; i++) {
        enum store_error error = database_query(database, SQL_COUNTS_FIND, WITH(sql_text(token)), NULL, NULL);
        if (error == STORE_OK || error == STORE_NOT_FOUND) {
            log_event(LOG_WARN, "store.commit_looked_up", "found", error ? "no" : "yes", NULL);
            return error == STORE_OK;
        }
        pause_ms(LOOK_PAUSE_MS);
    }
    log_event(LOG_ERROR, "store.commit_unresolved", NULL);
    return false;
}

/* The transaction was lost, in whole or in part. */
static enum end give_up(struct store_tx *tx, struct store_job *first, enum store_error error)
{
    const struct engine_kind *kind = tx->database->kind;
    bool again = kind->may_retry(tx->database);
    bool alone = kind->has_round_trips && first->next && error != STORE_UNAVAILABLE;

    kind->rollback(tx->database);
    if (again)
        return END_RETRY;
    return alone ? END_ALONE : fail_all(first, error);
}

static enum end commit(struct store_tx *tx, struct store_job *first, struct batch_outcome *outcome)
{
    const struct engine_kind *kind = tx->database->kind;
    char token[CLAIM_COUNTS_TOKEN_SIZE];

    outcome->erased = outcome->erased || tx->has_erased;
    if (!tx->has_written) { /* nothing was written, so nothing is known about the disk */
        kind->rollback(tx->database);
        return END_KEPT;
    }
    outcome->wrote = true;
    enum store_error error = claim_counts_record(tx, token);
    if (error)
        return give_up(tx, first, error);
    int ended = kind->commit(tx->database);
    if (ended == ENGINE_RETRY)
        return END_RETRY;
    if (ended == ENGINE_UNCERTAIN)
        ended = was_committed(tx->database, token) ? STORE_OK : STORE_UNAVAILABLE;
    if (ended) {
        kind->rollback(tx->database);
        return fail_all(first, (enum store_error)ended);
    }
    outcome->commits++;
    for (const struct store_job *job = first; job; job = job->next)
        outcome->jobs++;
    return END_KEPT;
}

static enum end attempt(struct database *database, struct store_job *first, struct batch_outcome *outcome)
{
    const struct engine_kind *kind = database->kind;
    __attribute__((cleanup(tx_fini))) struct store_tx tx = {.database = database, .writes = true};
    bool shared = first->next != NULL;

    for (struct store_job *job = first; job; job = job->next)
        job->result = STORE_AGAIN;
    enum store_error error = kind->begin(database);
    if (error) {
        outcome->wrote = true; /* it would have written */
        return fail_all(first, error);
    }
    if (shared && kind->has_round_trips)
        error = run_kinds(&tx, first);
    if (error)
        return give_up(&tx, first, error);
    for (struct store_job *job = first; job; job = job->next) {
        if (job->result == STORE_AGAIN)
            job->result = run_job_patiently(&tx, job, shared);
        if (!kind->in_transaction(database)) {
            outcome->wrote = true;
            return give_up(&tx, first, job->result ? job->result : STORE_FULL);
        }
    }
    if (!shared && first->result) { /* not shared, so there is no savepoint */
        kind->rollback(database);
        return first->result == STORE_AGAIN ? END_RETRY : END_KEPT;
    }
    return commit(&tx, first, outcome);
}

static enum end attempt_patiently(struct database *database, struct store_job *first,
                                  struct batch_outcome *outcome)
{
    enum end end = attempt(database, first, outcome);

    for (int i = 1; i < ATTEMPTS && end == END_RETRY; i++) {
        pause_ms(random_between(1, ATTEMPT_PAUSE_MAX_MS));
        end = attempt(database, first, outcome);
    }
    return end == END_RETRY ? fail_all(first, STORE_UNAVAILABLE) : end;
}

static void run_each_alone(struct database *database, struct store_job *first, struct batch_outcome *outcome)
{
    for (struct store_job *job = first; job; job = job->next) {
        struct store_job *next = job->next;
        job->next = NULL;
        outcome->failed = attempt_patiently(database, job, outcome) == END_FAILED;
        job->next = next;
    }
}

void batch_run(struct database *database, struct store_job *first, struct batch_outcome *outcome)
{
    enum end end = attempt_patiently(database, first, outcome);

    outcome->failed = end == END_FAILED;
    if (end == END_ALONE)
        run_each_alone(database, first, outcome);
}
