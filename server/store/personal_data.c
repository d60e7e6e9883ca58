/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/personal_data.h"

#include "base/json_writer.h"
#include "base/memory.h"
#include "ownership/proof.h"
#include "server/store/registrations.h"
#include "server/store/transaction.h"

struct tokens {
    char list[REGISTRATIONS_ERASE_MAX][REGISTRATION_TOKEN_SIZE];
    size_t count;
};

static void token_row(void *context, const struct row *row)
{
    struct tokens *tokens = context;

    row_copy(row, 0, tokens->list[tokens->count++], REGISTRATION_TOKEN_SIZE);
}

/* Members that are NULL in the store are left out. */
static void write_text(struct json_writer *json, const char *name, const struct row *row, int column)
{
    if (*row_text(row, column))
        json_write_text(json, name, row_text(row, column));
}

static void write_time(struct json_writer *json, const char *name, const struct row *row, int column)
{
    if (row_integer(row, column))
        json_write_integer(json, name, row_integer(row, column));
}

static void write_proofs(struct json_writer *json, unsigned proofs)
{
    json_begin_array(json, "proofs");
    for (unsigned i = 0; i < PROOF_COUNT; i++)
        if (proofs & PROOF(i))
            json_write_text(json, NULL, proof_name(i));
    json_end_array(json);
}

/* The columns of SQL_EXPORT_REGISTRATION, in its order. */
static const char *const texts[] = {"thing_name", "endpoint", "product", "standing", "name",
                                    "email",      "country",  "fields",  "consent",  "consent_language",
                                    "claim_state"};
static const char *const times[] = {"registered_at", "cancelled_at",  "asked_at",     "consent_at",
                                    "marketing_at",  "claimed_at",    "published_at", "provisioned_at",
                                    "connected_at",  "claim_ended_at"};
#define TEXTS (sizeof texts / sizeof *texts)
#define TIMES (sizeof times / sizeof *times)

static void registration_row(void *context, const struct row *row)
{
    struct json_writer *json = context;

    for (size_t i = 0; i < TEXTS; i++)
        write_text(json, texts[i], row, (int)i);
    for (size_t i = 0; i < TIMES; i++)
        write_time(json, times[i], row, (int)(TEXTS + i));
    write_proofs(json, (unsigned)row_integer(row, TEXTS + TIMES));
    if (*row_text(row, TEXTS + TIMES + 1)) {
        json_begin_object(json, "signed_in_as");
        json_write_text(json, "issuer", row_text(row, TEXTS + TIMES + 1));
        json_write_text(json, "subject", row_text(row, TEXTS + TIMES + 2));
        json_end_object(json);
    }
}

static void event_row(void *context, const struct row *row)
{
    struct json_writer *json = context;

    json_begin_object(json, NULL);
    json_write_integer(json, "happened_at", row_integer(row, 0));
    json_write_text(json, "kind", row_text(row, 1));
    json_write_text(json, "actor", row_text(row, 2));
    write_proofs(json, (unsigned)row_integer(row, 3));
    write_text(json, "reason", row, 4);
    json_end_object(json);
}

static enum store_error query(struct store_tx *tx, enum statement statement, const char *token,
                              database_each *each, struct json_writer *json)
{
    enum store_error error = tx_query(tx, statement, WITH(sql_text(token)), each, json);

    return error == STORE_NOT_FOUND ? STORE_OK : error;
}

static enum store_error export_one(struct store_tx *tx, const char *token, struct json_writer *json)
{
    json_begin_object(json, NULL);
    json_write_text(json, "token", token);
    RETURN_IF(query(tx, SQL_EXPORT_REGISTRATION, token, registration_row, json));
    json_begin_array(json, "events");
    RETURN_IF(query(tx, SQL_EXPORT_EVENTS, token, event_row, json));
    json_end_array(json);
    json_end_object(json);
    return STORE_OK;
}

static enum store_error find_tokens(struct store_tx *tx, const struct personal_export *export,
                                    struct tokens *tokens)
{
    enum store_error error =
        export->token ? tx_query(tx, SQL_EXPORT_TOKEN, WITH(sql_text(export->token)), token_row, tokens)
                      : tx_query(tx, SQL_REGISTRATIONS_BY_EMAIL,
                                 WITH(sql_text(export->email), sql_integer(REGISTRATIONS_ERASE_MAX)),
                                 token_row, tokens);

    return error == STORE_NOT_FOUND ? STORE_OK : error;
}

enum store_error personal_data_export(struct store_tx *tx, void *argument)
{
    struct personal_export *export = argument;
    struct json_writer json = json_writer_into(export->out);
    OWNED struct tokens *tokens = memory_new(1, sizeof *tokens);

    text_clear(export->out); /* the job may run again */
    RETURN_IF(find_tokens(tx, export, tokens));
    json_begin_object(&json, NULL);
    json_begin_array(&json, "registrations");
    for (size_t i = 0; i < tokens->count; i++)
        RETURN_IF(export_one(tx, tokens->list[i], &json));
    json_end_array(&json);
    json_write_boolean(&json, "complete", tokens->count < REGISTRATIONS_ERASE_MAX);
    json_end_object(&json);
    json_writer_finish(&json);
    export->registrations = tokens->count;
    return STORE_OK;
}
