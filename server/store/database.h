/* SPDX-License-Identifier: Apache-2.0 */
/* A connection to a database, and functions that run statements on it. claims.c, registrations.c and the
 * other families of tables use it. The url decides once which engine is behind it (engine.h).
 *
 * A database belongs to the thread that opened it. The names of statements are in statements.h. Values are
 * typed:
 *
 *   database_run(database, SQL_CLAIM_PROVISIONED, WITH(sql_integer(id), sql_integer(now)), NULL) */
#ifndef SERVER_STORE_DATABASE_H
#define SERVER_STORE_DATABASE_H

#include <stdbool.h>
#include <stddef.h>

#include "server/store/job.h"
#include "server/store/statements.h"

struct database;
struct row; /* borrowed during a row callback */

enum sql_type { SQL_IS_INTEGER, SQL_IS_TEXT, SQL_IS_INTEGERS, SQL_IS_TEXTS };

/* The value of one parameter. What it points to is borrowed for the call. */
struct sql_value {
    enum sql_type type;
    long long integer;
    const char *text;          /* NULL: SQL NULL */
    const long long *integers; /* lists: an array in PostgreSQL, a JSON array in SQLite */
    const char *const *texts;  /* members may be NULL */
    size_t count;              /* length of a list */
};

static inline struct sql_value sql_integer(long long integer)
{
    return (struct sql_value){.type = SQL_IS_INTEGER, .integer = integer};
}

static inline struct sql_value sql_text(const char *text)
{
    return (struct sql_value){.type = SQL_IS_TEXT, .text = text};
}

static inline struct sql_value sql_integers(const long long *integers, size_t count)
{
    return (struct sql_value){.type = SQL_IS_INTEGERS, .integers = integers, .count = count};
}

static inline struct sql_value sql_texts(const char *const *texts, size_t count)
{
    return (struct sql_value){.type = SQL_IS_TEXTS, .texts = texts, .count = count};
}

/* The values of a call, in the order of $1, $2, ... */
struct sql_values {
    const struct sql_value *list;
    size_t count;
};
#define WITH(...)                                                                                            \
    ((struct sql_values){(const struct sql_value[]){__VA_ARGS__},                                            \
                         sizeof((const struct sql_value[]){__VA_ARGS__}) / sizeof(struct sql_value)})
#define WITH_NOTHING ((struct sql_values){NULL, 0})

/* Runs a statement that changes rows and returns none. *changed: how many rows; changed may be NULL. */
enum store_error database_run(struct database *database, enum statement statement, struct sql_values values,
                              long long *changed) __attribute__((warn_unused_result));

/* Runs a statement that inserts one row. Returns STORE_NOT_FOUND if ON CONFLICT inserted none. *id: the key
 * of the row, if it is a number. This is a separate operation because RETURNING costs SQLite as much as the
 * insertion. */
enum store_error database_insert(struct database *database, enum statement statement,
                                 struct sql_values values, long long *id) __attribute__((warn_unused_result));

/* Runs a statement and calls each() for every row; each may be NULL. Returns STORE_NOT_FOUND if there are no
 * rows. */
typedef void database_each(void *context, const struct row *row);
enum store_error database_query(struct database *database, enum statement statement, struct sql_values values,
                                database_each *each, void *context) __attribute__((warn_unused_result));

/* Reads a column; the first is 0. SQL NULL gives 0 or "". Text is borrowed until each() returns. */
long long row_integer(const struct row *row, int column);
const char *row_text(const struct row *row, int column);
/* Copies a text column into out, cut to room - 1 bytes. */
void row_copy(const struct row *row, int column, char *out, size_t room);

#endif
