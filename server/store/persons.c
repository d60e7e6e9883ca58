/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/persons.h"

#include "server/store/registrations.h"
#include "server/store/transaction.h"

static void id_row(void *context, const struct row *row)
{
    *(long long *)context = row_integer(row, 0);
}

enum store_error sessions_begin(struct store_tx *tx, const struct session_start *start)
{
    long long person_id = 0;

    RETURN_IF(tx_write(tx, SQL_PERSON_SEEN,
                       WITH(sql_text(start->issuer), sql_text(start->subject), sql_integer(start->now)),
                       id_row, &person_id));
    return tx_run(tx, SQL_SESSION_INSERT,
                  WITH(sql_text(start->id), sql_integer(person_id), sql_integer(start->now),
                       sql_integer(start->now + SESSION_LIFE_MS), sql_text(start->back)),
                  NULL);
}

static void session_row(void *context, const struct row *row)
{
    struct session *session = context;

    session->person_id = row_integer(row, 0);
    session->ends_at = row_integer(row, 1);
    row_copy(row, 2, session->back, sizeof session->back);
}

enum store_error sessions_find(struct store_tx *tx, const char *id, long long now, struct session *out)
{
    struct session found = {0};

    RETURN_IF(tx_query(tx, SQL_SESSION_FIND, WITH(sql_text(id), sql_integer(now)), session_row, &found));
    *out = found;
    return STORE_OK;
}

enum store_error sessions_end(struct store_tx *tx, const char *id)
{
    return tx_run(tx, SQL_SESSION_END, WITH(sql_text(id)), NULL);
}

enum store_error once_put(struct store_tx *tx, const char *id, const char *contents, long long ends_at)
{
    long long changed = 0;

    RETURN_IF(
        tx_run(tx, SQL_ONCE_PUT, WITH(sql_text(id), sql_integer(ends_at), sql_text(contents)), &changed));
    return changed ? STORE_OK : STORE_NOT_FOUND;
}

struct taken {
    long long ends_at;
    struct text *out;
};

static void taken_row(void *context, const struct row *row)
{
    struct taken *taken = context;

    taken->ends_at = row_integer(row, 0);
    text_clear(taken->out); /* of an attempt that was not committed */
    text_puts(taken->out, row_text(row, 1));
}

enum store_error once_take(struct store_tx *tx, const char *id, long long now, struct text *out)
{
    struct taken taken = {.out = out};

    RETURN_IF(tx_write(tx, SQL_ONCE_TAKE, WITH(sql_text(id)), taken_row, &taken));
    return taken.ends_at > now ? STORE_OK : STORE_NOT_FOUND;
}

struct tokens {
    char list[PERSONS_PAGE + 1][REGISTRATION_TOKEN_SIZE];
    size_t count;
};

static void token_row(void *context, const struct row *row)
{
    struct tokens *tokens = context;

    row_copy(row, 0, tokens->list[tokens->count++], REGISTRATION_TOKEN_SIZE);
}

enum store_error persons_registrations(struct store_tx *tx, struct person_page *page)
{
    struct tokens tokens = {.count = 0};
    long long skipped = page->number * (long long)PERSONS_PAGE;

    page->count = 0;
    page->more = false;
    enum store_error error =
        tx_query(tx, SQL_PERSON_REGISTRATIONS,
                 WITH(sql_integer(page->person_id), sql_integer(PERSONS_PAGE + 1), sql_integer(skipped)),
                 token_row, &tokens);
    if (error)
        return error == STORE_NOT_FOUND ? STORE_OK : error;
    page->more = tokens.count > PERSONS_PAGE;
    for (size_t i = 0; i < tokens.count && i < PERSONS_PAGE; i++) {
        error = registrations_find(tx, tokens.list[i], &page->list[page->count]);
        if (error && error != STORE_NOT_FOUND) /* erased in between */
            return error;
        page->count += error == STORE_OK;
    }
    return STORE_OK;
}

static enum store_error delete_ended(struct store_tx *tx, enum statement statement, struct persons_step *step,
                                     size_t *count)
{
    long long changed = 0;

    RETURN_IF(
        tx_run(tx, statement, WITH(sql_integer(step->now), sql_integer((long long)step->limit)), &changed));
    *count = (size_t)changed;
    step->more = step->more || *count == step->limit;
    return STORE_OK;
}

/* Goes through all persons, a few a step, and begins again. */
static enum store_error delete_unseen(struct store_tx *tx, struct persons_step *step)
{
    long long last = 0, changed = 0;
    const struct sql_value limit = sql_integer((long long)step->limit);

    RETURN_IF(tx_query(tx, SQL_PERSONS_LAST, WITH(sql_integer(step->after), limit), id_row, &last));
    if (last)
        RETURN_IF(tx_run(
            tx, SQL_PERSONS_UNSEEN,
            WITH(sql_integer(step->after), sql_integer(last), sql_integer(step->now - SESSION_LIFE_MS)),
            &changed));
    step->persons = (size_t)changed;
    step->after = last;
    return STORE_OK;
}

enum store_error persons_retention(struct store_tx *tx, struct persons_step *step)
{
    step->sessions = step->persons = step->once = 0;
    step->more = false;
    RETURN_IF(delete_ended(tx, SQL_ONCE_ENDED, step, &step->once));
    RETURN_IF(delete_ended(tx, SQL_SESSIONS_ENDED, step, &step->sessions));
    return delete_unseen(tx, step);
}
