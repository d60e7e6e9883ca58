/* SPDX-License-Identifier: Apache-2.0 */
#include "server/admin/inventory_lists.h"

#include <stdlib.h>
#include <string.h>

#include "base/json_writer.h"
#include "base/log.h"
#include "base/memory.h"
#include "server/admin/inventory.h"
#include "server/portal/portal.h"
#include "server/portal/problem.h"
#include "server/store/inventory_list.h"
#include "server/store/store_clock.h"

#define STEP_ROWS 200 /* of one transaction, so that registrations are served in between */

struct refusal {
    unsigned long long line;
    char *column, *reason; /* owned; column may be NULL */
};

struct arguments {
    struct http_exchange *exchange;
    struct store *store;
    struct store_job job;
    bool removes;
    struct inventory_put put; /* of the current step */
    struct inventory_row *rows;
    unsigned long long *lines;
    enum inventory_outcome *outcomes;
    size_t count, room, done, step;
    struct refusal *refusals;
    size_t refusal_count;
    size_t removed, step_removed;
    bool has_too_many;
    enum store_error error;
};

static void add_refusal(struct arguments *own, unsigned long long line, const char *column,
                        const char *reason)
{
    if ((own->refusal_count & (own->refusal_count - 1)) == 0)
        own->refusals = memory_grow(own->refusals, own->refusal_count ? 2 * own->refusal_count : 1,
                                    sizeof *own->refusals);
    own->refusals[own->refusal_count++] =
        (struct refusal){line, memory_string(column), memory_string(reason)};
}

static bool has_room(struct arguments *own)
{
    own->has_too_many = own->has_too_many || own->count + own->refusal_count == INVENTORY_CALL_ROWS;
    return !own->has_too_many;
}

static void take_row(void *context, const struct inventory_row *row, unsigned long long line)
{
    struct arguments *own = context;

    if (!has_room(own))
        return;
    if (own->count == own->room) {
        own->room = own->room ? 2 * own->room : 64;
        own->rows = memory_grow(own->rows, own->room, sizeof *own->rows);
        own->lines = memory_grow(own->lines, own->room, sizeof *own->lines);
    }
    own->rows[own->count] = *row;
    own->lines[own->count++] = line;
}

static void take_bad(void *context, unsigned long long line, const char *column, const char *why)
{
    struct arguments *own = context;

    if (has_room(own))
        add_refusal(own, line, column, why);
}

/* Returns whether the first row names the columns. */
static bool read_rows(struct http_exchange *exchange, struct arguments *own)
{
    const struct portal *portal = portal_of(exchange);
    const struct inventory_list_options options = {portal->settings, portal->code_key, own->removes,
                                                   portal->products};
    const struct inventory_list_events events = {own, take_row, take_bad, NULL};
    struct inventory_list *list = inventory_list_new(&options, &events);
    size_t length;
    const char *bytes = http_request_body(exchange, &length);

    inventory_list_feed(list, bytes, length);
    inventory_list_end(list);
    own->put.columns = inventory_list_columns(list);
    bool fine = !inventory_list_is_over(list);
    inventory_list_free(list);
    own->outcomes = memory_new(own->count + 1, sizeof *own->outcomes);
    return fine;
}

static bool is_yes(struct http_exchange *exchange, const char *name)
{
    const char *value = http_request_query(exchange, name, NULL);

    return value && strcmp(value, "yes") == 0;
}

static bool read_list(struct http_exchange *exchange, void *arguments)
{
    struct arguments *own = arguments;

    if (!inventory_is_allowed(exchange))
        return false;
    if (!read_rows(exchange, own)) {
        TEXT struct text detail = TEXT_EMPTY;
        text_printf(&detail, "line %llu: %s%s%s", own->refusals[0].line,
                    own->refusals[0].column ? own->refusals[0].column : "",
                    own->refusals[0].column ? ": " : "", own->refusals[0].reason);
        problem_answer_detail(exchange, 422, text_get(&detail));
        return false;
    }
    if (own->has_too_many) {
        problem_answer_detail(exchange, 422, "The list has more than 5000 rows. Send it in several calls.");
        return false;
    }
    own->put.replace = is_yes(exchange, "replace");
    own->put.only_look = is_yes(exchange, "dry_run");
    return true;
}

static bool read_removal(struct http_exchange *exchange, void *arguments)
{
    ((struct arguments *)arguments)->removes = true;
    return read_list(exchange, arguments);
}

static enum store_error remove_step(struct store_tx *tx, struct arguments *own)
{
    const char *names[STEP_ROWS];

    for (size_t i = 0; i < own->step; i++)
        names[i] = own->rows[own->done + i].thing_name;
    return inventory_remove(tx, names, own->step, &own->step_removed);
}

static enum store_error run_step(struct store_tx *tx, void *argument)
{
    struct arguments *own = argument;

    own->step = own->count - own->done < STEP_ROWS ? own->count - own->done : STEP_ROWS;
    if (own->removes)
        return remove_step(tx, own);
    own->put.rows = own->rows + own->done;
    own->put.count = own->step;
    own->put.now = store_clock_ms();
    return inventory_put(tx, &own->put, own->outcomes + own->done);
}

/* Each step is a transaction of its own. What was stored stays if a later one fails: the same call again adds
 * the rest. */
static void on_step_done(void *argument, enum store_error result)
{
    struct arguments *own = argument;

    if (!result) {
        own->done += own->step;
        own->removed += own->step_removed;
    }
    if (!result && own->done < own->count) {
        result = store_submit(own->store, &own->job);
        if (!result) /* the next step has the arguments now */
            return;
    }
    own->error = result;
    http_resume(own->exchange);
}

static void begin(struct http_exchange *exchange, void *arguments)
{
    struct arguments *own = arguments;

    own->exchange = exchange;
    own->store = portal_of(exchange)->store;
    own->job = (struct store_job){.run = run_step, .done = on_step_done, .argument = own, .writes = true};
    enum store_error error = store_submit(own->store, &own->job);
    if (!error)
        return;
    own->error = error;
    http_resume(exchange);
}

static int by_line(const void *left, const void *right)
{
    const struct refusal *a = left, *b = right;

    return a->line < b->line ? -1 : a->line > b->line;
}

static void write_refusals(struct json_writer *json, const struct arguments *own)
{
    json_begin_array(json, "refused");
    for (size_t i = 0; i < own->refusal_count; i++) {
        json_begin_object(json, NULL);
        json_write_unsigned(json, "line", own->refusals[i].line);
        if (own->refusals[i].column)
            json_write_text(json, "column", own->refusals[i].column);
        json_write_text(json, "reason", own->refusals[i].reason);
        json_end_object(json);
    }
    json_end_array(json);
}

static void write_counts(struct json_writer *json, struct arguments *own)
{
    size_t counts[INVENTORY_DIFFERS + 1] = {0};

    if (own->removes) {
        json_write_unsigned(json, "removed", own->removed);
        log_event(LOG_INFO, "inventory.removed", "things", LOG_NUMBER(own->removed), NULL);
        return;
    }
    for (size_t i = 0; i < own->count; i++) {
        counts[own->outcomes[i]]++;
        if (own->outcomes[i] == INVENTORY_DIFFERS)
            add_refusal(own, own->lines[i], NULL, INVENTORY_DIFFERS_REASON);
    }
    if (own->refusals)
        qsort(own->refusals, own->refusal_count, sizeof *own->refusals, by_line);
    json_write_unsigned(json, "added", counts[INVENTORY_ADDED]);
    json_write_unsigned(json, "changed", counts[INVENTORY_CHANGED]);
    json_write_unsigned(json, "unchanged", counts[INVENTORY_UNCHANGED]);
    if (!own->put.only_look)
        log_event(LOG_INFO, "inventory.imported", "added", LOG_NUMBER(counts[INVENTORY_ADDED]), "changed",
                  LOG_NUMBER(counts[INVENTORY_CHANGED]), NULL);
}

static void reply_list(struct http_exchange *exchange, void *arguments, unsigned result)
{
    struct arguments *own = arguments;
    TEXT struct text body = TEXT_EMPTY;
    struct json_writer json = json_writer_into(&body);

    (void)result;
    if (own->error) {
        problem_answer(exchange, problem_status(own->error));
        return;
    }
    json_begin_object(&json, NULL);
    write_counts(&json, own);
    write_refusals(&json, own);
    json_end_object(&json);
    json_writer_finish(&json);
    text_puts(&body, "\n");
    http_answer(exchange, 200, "application/json", &body);
}

static void free_arguments(void *arguments)
{
    struct arguments *own = arguments;

    for (size_t i = 0; i < own->refusal_count; i++) {
        free(own->refusals[i].column);
        free(own->refusals[i].reason);
    }
    free(own->refusals);
    free(own->rows);
    free(own->lines);
    free(own->outcomes);
}

const struct http_handler inventory_add = {.arguments_size = sizeof(struct arguments),
                                           .read = read_list,
                                           .begin = begin,
                                           .reply = reply_list,
                                           .fini = free_arguments};
const struct http_handler inventory_removal = {.arguments_size = sizeof(struct arguments),
                                               .read = read_removal,
                                               .begin = begin,
                                               .reply = reply_list,
                                               .fini = free_arguments};
