/* SPDX-License-Identifier: Apache-2.0 */
#include "server/operator/inventory_access.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/interrupt.h"
#include "base/memory.h"
#include "server/operator/admin_client.h"
#include "server/store/inventory_text.h"
#include "server/store/store_clock.h"

#define SECONDS 60
#define ANSWER_MAX ((size_t)1 << 20)
#define PORTAL_ROWS 1500 /* with the longest texts still less than the portal takes at a time */
#define ALONE_ROWS 50000 /* nobody else waits for the store */
#define SHARED_ROWS 20000
#define PAGE_ROWS 1000
#define TRIES 20 /* while a database or portal has no time, which passes: other imports, a failover */
#define PAUSE_MS 500

/* ---- opening ---- */

static bool is_sqlite(const struct settings *settings)
{
    return strncmp(settings->store.url, "sqlite:", 7) == 0;
}

bool inventory_access_open(const struct settings *settings, struct inventory_access *out, struct text *why)
{
    const char *url = settings->store.url;

    if (is_sqlite(settings) && access(url + 7, F_OK)) { /* store_open() would create the file */
        text_printf(why, "%s: %s", url + 7, strerror(errno));
        return false;
    }
    *out = (struct inventory_access){.options = settings->store, .address = settings->admin_listen};
    out->options.alone = true;
    out->options.writers = out->options.readers = 1;
    enum store_error error = store_open(&out->options, &out->store, why);
    if (error && error != STORE_IN_USE)
        return false;
    if (error)
        text_clear(why);
    out->rows_max = is_sqlite(settings) ? ALONE_ROWS : SHARED_ROWS;
    if (error)
        out->rows_max = PORTAL_ROWS;
    return true;
}

void inventory_access_close(struct inventory_access *access)
{
    store_close(access->store);
    access->store = NULL;
}

/* ---- both ways ---- */

/* Returns false if it was tried often enough. */
static bool may_try_again(unsigned tries)
{
    if (tries >= TRIES || interrupt_received)
        return false;
    nanosleep(&(struct timespec){PAUSE_MS / 1000, PAUSE_MS % 1000 * 1000000L}, NULL);
    return true;
}

static bool explain(enum store_error error, struct text *why)
{
    if (!error)
        return true;
    text_printf(why, "the store: %s", store_error_name(error));
    return false;
}

/* Returns false with a sentence unless the portal answers with this status. */
static bool ask(const struct inventory_access *access, const struct admin_request *request, unsigned *status,
                struct text *body, struct text *why)
{
    struct admin_request wanted = *request;

    wanted.address = access->address;
    wanted.seconds = SECONDS;
    bool called = admin_call(&wanted, status, body, why);
    for (unsigned tries = 1; called && *status == 503 && may_try_again(tries); tries++) {
        text_clear(body);
        called = admin_call(&wanted, status, body, why);
    }
    if (!called) {
        text_puts(why, "; the database is in use by a portal, and only the portal can use it then");
        return false;
    }
    if (*status == 200 || *status == 404)
        return true;
    text_printf(why, "%s %s on %s was answered with status %u: %s", request->method, request->path,
                access->address, *status, text_get(body));
    return false;
}

static unsigned long long number_of(const cJSON *object, const char *name)
{
    const cJSON *member = cJSON_GetObjectItemCaseSensitive(object, name);

    return cJSON_IsNumber(member) && member->valuedouble > 0 ? (unsigned long long)member->valuedouble : 0;
}

static const char *text_of(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

/* ---- putting ---- */

static enum store_error run_put(struct store_tx *tx, void *argument)
{
    struct inventory_flight *flight = argument;

    return inventory_put(tx, &flight->put, flight->outcomes);
}

static void put_done(void *argument, enum store_error result)
{
    struct inventory_flight *flight = argument;

    flight->result = result;
    sem_post(&flight->landed);
}

/* Whether the same rows may be stored later: what is stored already is unchanged then. */
static bool is_for_later(enum store_error error)
{
    return error == STORE_UNAVAILABLE || error == STORE_BUSY;
}

static void wait_until_landed(struct inventory_flight *flight)
{
    while (sem_wait(&flight->landed) != 0)
        continue;
}

static bool begin_here(const struct inventory_access *access, struct inventory_flight *flight,
                       struct text *why)
{
    flight->outcomes = memory_new(flight->put.count + 1, sizeof *flight->outcomes);
    flight->job = (struct store_job){.run = run_put, .done = put_done, .argument = flight, .writes = true};
    sem_init(&flight->landed, 0, 0);
    flight->store = access->store;
    flight->flies = explain(store_submit(access->store, &flight->job), why);
    if (flight->flies)
        return true;
    sem_destroy(&flight->landed);
    free(flight->outcomes);
    return false;
}

static bool land_here(struct inventory_flight *flight, inventory_refuse *refuse, void *context,
                      struct inventory_counts *counts, struct text *why)
{
    OWNED enum inventory_outcome *outcomes = flight->outcomes;

    wait_until_landed(flight);
    for (unsigned tries = 1; is_for_later(flight->result) && may_try_again(tries); tries++)
        if (store_submit(flight->store, &flight->job) == STORE_OK)
            wait_until_landed(flight);
    sem_destroy(&flight->landed);
    if (!explain(flight->result, why))
        return false;
    for (size_t i = 0; i < flight->put.count; i++) {
        counts->added += outcomes[i] == INVENTORY_ADDED;
        counts->changed += outcomes[i] == INVENTORY_CHANGED;
        counts->unchanged += outcomes[i] == INVENTORY_UNCHANGED;
        if (outcomes[i] == INVENTORY_DIFFERS)
            refuse(context, i, NULL, INVENTORY_DIFFERS_REASON);
    }
    return true;
}

/* The first row is in line 2 of what was sent. */
static void take_refusals(const cJSON *answer, size_t count, inventory_refuse *refuse, void *context)
{
    const cJSON *refusal;

    cJSON_ArrayForEach(refusal, cJSON_GetObjectItemCaseSensitive(answer, "refused"))
    {
        unsigned long long line = number_of(refusal, "line");
        const char *reason = text_of(refusal, "reason");
        if (line >= 2 && line - 2 < count)
            refuse(context, (size_t)line - 2, text_of(refusal, "column"), reason ? reason : "");
    }
}

static cJSON *send_list(const struct inventory_access *access, const char *path, const struct text *csv,
                        struct text *why)
{
    const struct admin_request request = {.method = "POST", .path = path, .csv = text_get(csv)};
    TEXT struct text body = TEXT_EMPTY;
    unsigned status;

    if (!ask(access, &request, &status, &body, why))
        return NULL;
    cJSON *answer = json_object_parse_within(text_get(&body), body.length, ANSWER_MAX);
    if (!answer)
        text_printf(why, "the answer of the portal to POST %s is not understood", path);
    return answer;
}

static bool begin_there(const struct inventory_access *access, struct inventory_flight *flight,
                        struct text *why)
{
    const struct inventory_put *put = &flight->put;
    TEXT struct text csv = TEXT_EMPTY;
    TEXT struct text path = TEXT_EMPTY;

    text_printf(&path, "/inventory?replace=%s&dry_run=%s", put->replace ? "yes" : "no",
                put->only_look ? "yes" : "no");
    inventory_text_add_titles(put->columns, &csv);
    for (size_t i = 0; i < put->count; i++)
        inventory_text_add_row(&put->rows[i], put->columns, &csv);
    flight->answer = send_list(access, text_get(&path), &csv, why);
    flight->flies = flight->answer != NULL;
    return flight->flies;
}

static bool land_there(struct inventory_flight *flight, inventory_refuse *refuse, void *context,
                       struct inventory_counts *counts)
{
    JSON cJSON *answer = flight->answer;

    counts->added += number_of(answer, "added");
    counts->changed += number_of(answer, "changed");
    counts->unchanged += number_of(answer, "unchanged");
    take_refusals(answer, flight->put.count, refuse, context);
    return true;
}

bool inventory_access_begin(const struct inventory_access *access, const struct inventory_put *put,
                            struct inventory_flight *flight, struct text *why)
{
    *flight = (struct inventory_flight){.put = *put};
    flight->put.now = store_clock_ms();
    return (access->store ? begin_here : begin_there)(access, flight, why);
}

bool inventory_access_land(struct inventory_flight *flight, inventory_refuse *refuse, void *context,
                           struct inventory_counts *counts, struct text *why)
{
    if (!flight->flies)
        return true;
    flight->flies = false;
    return flight->answer ? land_there(flight, refuse, context, counts)
                          : land_here(flight, refuse, context, counts, why);
}

/* ---- removing ---- */

struct removal {
    const struct inventory_row *rows;
    size_t count, removed;
};

static enum store_error run_remove(struct store_tx *tx, void *argument)
{
    struct removal *removal = argument;
    OWNED const char **names = memory_new(removal->count + 1, sizeof *names);

    for (size_t i = 0; i < removal->count; i++)
        names[i] = removal->rows[i].thing_name;
    return inventory_remove(tx, names, removal->count, &removal->removed);
}

bool inventory_access_remove(const struct inventory_access *access, const struct inventory_row *rows,
                             size_t count, struct inventory_counts *counts, struct text *why)
{
    struct removal removal = {rows, count, 0};
    TEXT struct text csv = TEXT_EMPTY;

    if (access->store) {
        bool fine = explain(store_call(access->store, run_remove, &removal, true), why);
        counts->removed += removal.removed;
        return fine;
    }
    inventory_text_add_titles(0, &csv);
    for (size_t i = 0; i < count; i++)
        inventory_text_add_row(&rows[i], 0, &csv);
    JSON cJSON *answer = send_list(access, "/inventory/removals", &csv, why);
    counts->removed += number_of(answer, "removed");
    return answer != NULL;
}

/* ---- reading ---- */

struct page {
    const char *after;
    struct inventory_row *rows;
    size_t count;
};

static enum store_error run_page(struct store_tx *tx, void *argument)
{
    struct page *page = argument;

    return inventory_read(tx, page->after, page->rows, PAGE_ROWS, &page->count);
}

static bool page_here(const struct inventory_access *access, char after[IDENTIFIER_SIZE], struct text *csv,
                      struct text *why)
{
    OWNED struct inventory_row *rows = memory_new(PAGE_ROWS, sizeof *rows);
    struct page page = {.after = after, .rows = rows};

    if (!explain(store_call(access->store, run_page, &page, false), why))
        return false;
    inventory_text_add_titles(INVENTORY_COLUMNS, csv);
    for (size_t i = 0; i < page.count; i++)
        inventory_text_add_row(&rows[i], INVENTORY_COLUMNS, csv);
    return true;
}

static bool page_there(const struct inventory_access *access, const char *after, struct text *csv,
                       struct text *why)
{
    TEXT struct text path = TEXT_EMPTY;
    unsigned status = 0;

    text_printf(&path, "/inventory?after=%s", after);
    const struct admin_request request = {.method = "GET", .path = text_get(&path)};
    return ask(access, &request, &status, csv, why) && status == 200;
}

bool inventory_access_page(const struct inventory_access *access, char after[IDENTIFIER_SIZE],
                           struct text *csv, bool *more, struct text *why)
{
    TEXT struct text page = TEXT_EMPTY;

    if (!(access->store ? page_here(access, after, &page, why) : page_there(access, after, &page, why)))
        return false;
    const char *text = text_get(&page);
    const char *last = page.length > 1 ? memrchr(text, '\n', page.length - 1) : NULL;
    *more = last != NULL; /* a row after the titles */
    if (last) {
        size_t length = strcspn(last + 1, ",\n");
        length = length < IDENTIFIER_SIZE ? length : IDENTIFIER_SIZE - 1;
        memcpy(after, last + 1, length);
        after[length] = '\0';
    }
    text_puts(csv, text);
    return true;
}

struct search {
    const char *thing_name;
    struct inventory_row row;
};

static enum store_error run_find(struct store_tx *tx, void *argument)
{
    struct search *search = argument;

    return inventory_find(tx, search->thing_name, &search->row);
}

bool inventory_access_find(const struct inventory_access *access, const char *thing_name, struct text *json,
                           bool *found, struct text *why)
{
    struct search search = {.thing_name = thing_name};
    TEXT struct text path = TEXT_EMPTY;
    unsigned status = 0;

    if (!access->store) {
        text_printf(&path, "/inventory/%s", thing_name);
        const struct admin_request request = {.method = "GET", .path = text_get(&path)};
        bool answered = ask(access, &request, &status, json, why);
        *found = status == 200;
        return answered;
    }
    enum store_error error = store_call(access->store, run_find, &search, false);
    *found = error == STORE_OK;
    if (*found)
        inventory_text_add_json(&search.row, json);
    return error == STORE_NOT_FOUND || explain(error, why);
}
