/* SPDX-License-Identifier: Apache-2.0 */
/* What the store needs of a database engine. One implementation a file: sqlite.c. A database belongs to one
 * thread. */
#ifndef SERVER_STORE_DATABASE_H
#define SERVER_STORE_DATABASE_H

#include "base/text.h"
#include "server/store/statements.h"
#include "server/store/store.h"

struct database;
struct row; /* borrowed inside a row callback */

enum store_error database_open(const char *url, struct database **out, struct text *why)
    __attribute__((warn_unused_result));
void database_close(struct database *database);

/* values: one letter a parameter: 'i' long long, 't' const char * (NULL: SQL NULL). Bound in order. */
enum store_error database_run(struct database *database, enum statement statement, const char *values, ...)
    __attribute__((warn_unused_result));

/* Calls each() for every row; each may be NULL. STORE_NOT_FOUND when there was none. */
typedef void database_each(void *context, const struct row *row);
enum store_error database_query(struct database *database, enum statement statement, database_each *each,
                                void *context, const char *values, ...) __attribute__((warn_unused_result));

/* False outside of BEGIN ... COMMIT, also when a full disk has made the engine roll back by itself. */
bool database_in_transaction(const struct database *database);

/* Rows that the last database_run() changed. */
long long database_changes(const struct database *database);
/* Rows changed since the database was opened. */
long long database_total_changes(const struct database *database);
/* Key of the last row inserted into a table with an integer key. */
long long database_last_id(const struct database *database);

/* SQL NULL reads as 0 and "". Text is borrowed until each() returns. */
long long row_integer(const struct row *row, int column);
const char *row_text(const struct row *row, int column);
/* Copies into out, cut to room - 1 bytes. */
void row_copy(const struct row *row, int column, char *out, size_t room);

#endif
