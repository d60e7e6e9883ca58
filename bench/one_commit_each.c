/* SPDX-License-Identifier: Apache-2.0 */
/* What the portal's store is compared to: the rows of so many registrations, written by one connection to a
 * database of the same schema and settings, with a commit for each registration. Prints how many a second.
 *
 *     one_commit_each DATABASE COUNT MIGRATION.sql... */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define WINDOW_MS 900000LL
#define ENDPOINT "sandbox"

enum { BEGIN, CLAIM, DELIVERY, REGISTRATION, COMMIT, STATEMENTS };

static const char *const texts[STATEMENTS] = {
    [BEGIN] = "BEGIN IMMEDIATE",
    [CLAIM] = "INSERT INTO claims (thing_name, endpoint, state, accepted_at, expires_at, onboarded_before)"
              " VALUES (?1, '" ENDPOINT "', 'queued', ?2, ?3, 0)",
    [DELIVERY] = "INSERT INTO deliveries (claim_id, staging, thing_name, endpoint, due_at)"
                 " VALUES (?1, 'sandbox', ?2, '" ENDPOINT "', ?3)",
    [REGISTRATION] = "INSERT INTO registrations (token, claim_id, accepted_at, contact_name, contact_email,"
                     " idempotency_key, request_digest) VALUES (?1, ?2, ?3, NULL, NULL, NULL, ?4)",
    [COMMIT] = "COMMIT",
};

static sqlite3 *database;
static sqlite3_stmt *statements[STATEMENTS];

static void fail(const char *what)
{
    fprintf(stderr, "one_commit_each: %s: %s\n", what, database ? sqlite3_errmsg(database) : "");
    exit(1);
}

static void execute(const char *sql)
{
    if (sqlite3_exec(database, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail(sql);
}

static char *read_text(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = calloc(1, 65536);

    if (!file || !text || fread(text, 1, 65535, file) == 0)
        fail(path);
    fclose(file);
    return text;
}

static void open_database(const char *path, char **migrations)
{
    if (sqlite3_open_v2(path, &database, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                        NULL))
        fail(path);
    execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;");
    for (; *migrations; migrations++) {
        char *sql = read_text(*migrations);
        execute(sql);
        free(sql);
    }
    for (int i = 0; i < STATEMENTS; i++)
        if (sqlite3_prepare_v3(database, texts[i], -1, SQLITE_PREPARE_PERSISTENT, &statements[i], NULL))
            fail(texts[i]);
}

static void run(int name)
{
    if (sqlite3_step(statements[name]) != SQLITE_DONE)
        fail(texts[name]);
    sqlite3_reset(statements[name]);
}

static void bind_text(int name, int index, const char *value)
{
    sqlite3_bind_text(statements[name], index, value, -1, SQLITE_STATIC);
}

static long long wall_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

static void random_hex(char *out, size_t digits)
{
    unsigned char bytes[32];
    FILE *random = fopen("/dev/urandom", "r");

    if (!random || fread(bytes, 1, digits / 2, random) != digits / 2)
        fail("/dev/urandom");
    fclose(random);
    for (size_t i = 0; i < digits / 2; i++)
        snprintf(out + 2 * i, 3, "%02x", bytes[i]);
}

struct rows {
    char thing[33], token[33], digest[65];
};

static void write_one(const struct rows *rows)
{
    long long now = wall_ms();

    run(BEGIN);
    bind_text(CLAIM, 1, rows->thing);
    sqlite3_bind_int64(statements[CLAIM], 2, now);
    sqlite3_bind_int64(statements[CLAIM], 3, now + WINDOW_MS);
    run(CLAIM);
    long long id = sqlite3_last_insert_rowid(database);
    sqlite3_bind_int64(statements[DELIVERY], 1, id);
    bind_text(DELIVERY, 2, rows->thing);
    sqlite3_bind_int64(statements[DELIVERY], 3, now);
    run(DELIVERY);
    bind_text(REGISTRATION, 1, rows->token);
    sqlite3_bind_int64(statements[REGISTRATION], 2, id);
    sqlite3_bind_int64(statements[REGISTRATION], 3, now);
    bind_text(REGISTRATION, 4, rows->digest);
    run(REGISTRATION);
    run(COMMIT);
}

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int count, char **values)
{
    if (count < 4) {
        fprintf(stderr, "Usage: one_commit_each DATABASE COUNT MIGRATION.sql...\n");
        return 64;
    }
    long wanted = strtol(values[2], NULL, 10);
    struct rows *rows = calloc((size_t)wanted, sizeof *rows);
    if (!rows)
        fail("memory");
    for (long i = 0; i < wanted; i++) {
        random_hex(rows[i].thing, 32);
        random_hex(rows[i].token, 32);
        random_hex(rows[i].digest, 64);
    }
    open_database(values[1], values + 3);
    double start = seconds();
    for (long i = 0; i < wanted; i++)
        write_one(&rows[i]);
    double took = seconds() - start;
    printf("%.1f\n", (double)wanted / took);
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize(statements[i]);
    sqlite3_close(database);
    free(rows);
    return 0;
}
