/* SPDX-License-Identifier: Apache-2.0 */
/* One connection to a database, and the statements that run on it: what claims.c, registrations.c and the
 * other families of tables are written with. Which engine answers is decided once, by the url (engine.h).
 *
 * A database belongs to the thread that opened it. Statements are named in statements.h. Values are typed:
 *
 *     database_run(database, SQL_CLAIM_PROVISIONED, WITH(sql_integer(id), sql_integer(now)))
 */
#ifndef SERVER_STORE_DATABASE_H
#define SERVER_STORE_DATABASE_H

#include <stdbool.h>
#include <stddef.h>

#include "server/store/job.h"
#include "server/store/statements.h"

struct database;
struct row; /* borrowed inside a row callback */

enum sql_type { SQL_IS_INTEGER, SQL_IS_TEXT, SQL_IS_INTEGERS, SQL_IS_TEXTS };

/* A value for one parameter; what it points to is borrowed for the call. */
struct sql_value {
    enum sql_type type;
    long long integer;
    const char *text;          /* NULL: SQL NULL */
    const long long *integers; /* lists: an array in PostgreSQL, a JSON array in SQLite */
    const char *const *texts;  /* members may be NULL */
    size_t count;              /* of a list */
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

/* The values of a call and how many they are: $1, $2, ... in this order. */
struct sql_values {
    const struct sql_value *list;
    size_t count;
};
#define WITH(...)                                                                                            \
    ((struct sql_values){(const struct sql_value[]){__VA_ARGS__},                                            \
                         sizeof((const struct sql_value[]){__VA_ARGS__}) / sizeof(struct sql_value)})
#define WITH_NOTHING ((struct sql_values){NULL, 0})

/* For statements that change something and give no rows. *changed: how many rows; may be NULL. */
enum store_error database_run(struct database *database, enum statement statement, struct sql_values values,
                              long long *changed) __attribute__((warn_unused_result));

/* For statements that insert one row or, ON CONFLICT, none: STORE_NOT_FOUND. *id: its key, where that is a
 * number. An operation of its own, as RETURNING costs SQLite as much as the insertion. */
enum store_error database_insert(struct database *database, enum statement statement,
                                 struct sql_values values, long long *id) __attribute__((warn_unused_result));

/* Calls each() for every row; each may be NULL. STORE_NOT_FOUND: there was no row. */
typedef void database_each(void *context, const struct row *row);
enum store_error database_query(struct database *database, enum statement statement, struct sql_values values,
                                database_each *each, void *context) __attribute__((warn_unused_result));

/* SQL NULL reads as 0 and "". Text is borrowed until each() returns. Columns count from 0. */
long long row_integer(const struct row *row, int column);
const char *row_text(const struct row *row, int column);
/* Copies into out, cut to room - 1 bytes. */
void row_copy(const struct row *row, int column, char *out, size_t room);

/* For functions that stop at the first error and pass it on. */
#define RETURN_IF(error)                                                                                     \
    do {                                                                                                     \
        enum store_error error_ = (error);                                                                   \
        if (error_)                                                                                          \
            return error_;                                                                                   \
    } while (0)

#endif
