/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/inventory_codes.h"

#include <string.h>

#include "ownership/guesses.h"
#include "server/store/inventory.h"
#include "server/store/transaction.h"

static enum store_error none_is_fine(enum store_error error)
{
    return error == STORE_NOT_FOUND ? STORE_OK : error;
}

static void take_guesses(void *context, const struct row *row)
{
    struct guesses *guesses = context;

    guesses->count = (unsigned)row_integer(row, 0);
    guesses->last_at = row_integer(row, 1);
}

/* Locks the device, so that codes that come at the same time are counted one after the other. */
static enum store_error read_guesses(struct store_tx *tx, const char *thing_name, struct guesses *out)
{
    *out = (struct guesses){0, 0};
    RETURN_IF(tx_run(tx, SQL_DEVICES_INSERT, WITH(sql_texts(&thing_name, 1)), NULL));
    return tx_query(tx, SQL_GUESSES_FIND, WITH(sql_text(thing_name)), take_guesses, out);
}

static enum store_error write_guesses(struct store_tx *tx, const char *thing_name, struct guesses guesses)
{
    return tx_run(tx, SQL_GUESSES_CHANGE,
                  WITH(sql_text(thing_name), sql_integer(guesses.count), sql_integer(guesses.last_at)), NULL);
}

/* A device without a code is compared with no hash at all. */
static enum store_error compare(struct store_tx *tx, const struct code_key *key, const char *thing_name,
                                const char *normalised, bool *right)
{
    struct inventory_row row = {.code = ""};
    char hash[DIGEST_SIZE], kept[DIGEST_SIZE] = "";

    _Static_assert(sizeof row.code == DIGEST_SIZE, "a code is kept as a digest");
    RETURN_IF(none_is_fine(inventory_find(tx, thing_name, &row)));
    memcpy(kept, row.code, strlen(row.code));
    code_hash(key, thing_name, normalised, hash);
    *right = digest_is_equal(hash, kept) && key->length > 0;
    return STORE_OK;
}

enum store_error inventory_check_code(struct store_tx *tx, const struct code_key *key, const char *thing_name,
                                      const char *typed, size_t length, long long now,
                                      struct code_result *out)
{
    char normalised[CODE_SIZE];
    struct guesses guesses;
    bool right;

    enum code_error error = code_normalise(typed, length, normalised);
    if (error) {
        *out = (struct code_result){.answer = CODE_UNREADABLE, .error = error};
        return STORE_OK;
    }
    RETURN_IF(read_guesses(tx, thing_name, &guesses));
    long long next_at = guesses_next_at(guesses, now);
    if (next_at > now) {
        *out = (struct code_result){.answer = CODE_LATER, .next_at = next_at};
        return STORE_OK;
    }
    RETURN_IF(compare(tx, key, thing_name, normalised, &right));
    guesses = right ? (struct guesses){0, now} : guesses_add_wrong(guesses, now);
    RETURN_IF(write_guesses(tx, thing_name, guesses));
    *out = right ? (struct code_result){.answer = CODE_RIGHT}
                 : (struct code_result){.answer = CODE_WRONG, .next_at = guesses_next_at(guesses, now)};
    return STORE_OK;
}
