/* SPDX-License-Identifier: Apache-2.0 */
/* Runs statements on a connection to PostgreSQL and translates errors. Private to server/store/engine/.
 *
 * Nothing waits forever: the server ends a statement after the timeout. If it does not, the engine stops
 * waiting a little later. */
#ifndef SERVER_STORE_ENGINE_POSTGRESQL_QUERY_H
#define SERVER_STORE_ENGINE_POSTGRESQL_QUERY_H

#include "server/store/engine/postgresql_connection.h"

#define POSTGRESQL_PARAMETERS_MAX 24
#define POSTGRESQL_NO_DEADLINE 0
#define POSTGRESQL_GRACE_MS 2000 /* how long to wait for an answer after the server's own timeout */

/* The deadline of a statement that is sent now, monotonic ms. */
long long postgresql_deadline(const struct postgresql_database *database);

/* Runs any number of statements. Returns NULL with *error set, or a result for PQclear(). deadline: monotonic
 * ms, or POSTGRESQL_NO_DEADLINE. Sets database->retry and database->spent on an error. */
PGresult *postgresql_exec(struct postgresql_database *database, const char *sql, long long deadline,
                          enum store_error *error) __attribute__((warn_unused_result));
/* The same for statements without rows. */
enum store_error postgresql_run(struct postgresql_database *database, const char *sql)
    __attribute__((warn_unused_result));
/* The same for a statement of statements.h, with at most POSTGRESQL_PARAMETERS_MAX values. */
PGresult *postgresql_exec_statement(struct postgresql_database *database, enum statement name,
                                    struct sql_values values, enum store_error *error)
    __attribute__((warn_unused_result));

#endif
