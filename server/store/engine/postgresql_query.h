/* SPDX-License-Identifier: Apache-2.0 */
/* What is asked on a connection to PostgreSQL, and what its answers mean. For the files of this folder.
 *
 * Nothing waits for ever: the server ends a statement that takes longer than the timeout, and where it does
 * not even do that, we stop waiting a little later. */
#ifndef SERVER_STORE_ENGINE_POSTGRESQL_QUERY_H
#define SERVER_STORE_ENGINE_POSTGRESQL_QUERY_H

#include "server/store/engine/postgresql_connection.h"

#define POSTGRESQL_PARAMETERS_MAX 16
#define POSTGRESQL_FOR_EVER 0
#define POSTGRESQL_GRACE_MS 2000 /* how much later than the server we stop waiting */

/* Monotonic ms: when what is asked now is given up. */
long long postgresql_deadline(const struct postgresql_database *database);

/* Sends text of any number of statements. NULL with *error set; else PQclear it. deadline: monotonic ms, or
 * POSTGRESQL_FOR_EVER. On an error sets database->retry and database->spent. */
PGresult *postgresql_ask(struct postgresql_database *database, const char *sql, long long deadline,
                         enum store_error *error) __attribute__((warn_unused_result));
/* The same where the answer has no rows. */
enum store_error postgresql_say(struct postgresql_database *database, const char *sql)
    __attribute__((warn_unused_result));
/* The same for one of our statements, with POSTGRESQL_PARAMETERS_MAX values at most. */
PGresult *postgresql_ask_statement(struct postgresql_database *database, enum statement name,
                                   struct sql_values values, enum store_error *error)
    __attribute__((warn_unused_result));

#endif
