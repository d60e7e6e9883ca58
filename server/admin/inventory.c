/* SPDX-License-Identifier: Apache-2.0 */
#include "server/admin/inventory.h"

#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/memory.h"
#include "server/portal/problem.h"
#include "server/portal/task.h"
#include "server/store/inventory_text.h"

bool inventory_is_allowed(struct http_exchange *exchange)
{
    if (http_request_is_from_this_machine(exchange))
        return true;
    problem_answer_detail(exchange, 403,
                          "The inventory is only served to the portal's own machine, and not through a "
                          "proxy. Send the request from there.");
    return false;
}

struct thing {
    char name[IDENTIFIER_SIZE];
    struct inventory_row row;
    struct inventory_row *page; /* owned */
    size_t count;
};

static bool read_thing(struct http_exchange *exchange, void *arguments)
{
    struct thing *own = arguments;
    size_t length;
    const char *name = http_request_parameter(exchange, "thing", &length);

    if (!inventory_is_allowed(exchange))
        return false;
    if (!identifier_is_thing_name(name, length)) {
        problem_answer_detail(exchange, 404, "There is no thing with this name in the inventory.");
        return false;
    }
    memcpy(own->name, name, length + 1);
    return true;
}

static enum store_error run_find(struct store_tx *tx, void *arguments)
{
    struct thing *own = arguments;

    return inventory_find(tx, own->name, &own->row);
}

static enum store_error run_delete(struct store_tx *tx, void *arguments)
{
    struct thing *own = arguments;
    const char *const names[] = {own->name};

    enum store_error error = inventory_remove(tx, names, 1, &own->count);

    return !error && !own->count ? STORE_NOT_FOUND : error;
}

static void reply_problem(struct http_exchange *exchange, unsigned result)
{
    problem_answer_detail(exchange, problem_status(result),
                          result == STORE_NOT_FOUND ? "There is no thing with this name in the inventory."
                                                    : NULL);
}

static void reply_shown(struct http_exchange *exchange, void *arguments, unsigned result)
{
    const struct thing *own = arguments;
    TEXT struct text body = TEXT_EMPTY;

    if (result) {
        reply_problem(exchange, result);
        return;
    }
    inventory_text_add_json(&own->row, &body);
    text_puts(&body, "\n");
    http_answer(exchange, 200, "application/json", &body);
}

static void reply_deleted(struct http_exchange *exchange, void *arguments, unsigned result)
{
    (void)arguments;
    if (result) {
        reply_problem(exchange, result);
        return;
    }
    log_event(LOG_INFO, "inventory.removed", "things", LOG_NUMBER(1), NULL);
    http_answer(exchange, 204, NULL, NULL);
}

static bool read_page(struct http_exchange *exchange, void *arguments)
{
    struct thing *own = arguments;
    size_t length = 0;
    const char *after = http_request_query(exchange, "after", &length);

    if (!inventory_is_allowed(exchange))
        return false;
    if (after && length && !identifier_is_thing_name(after, length)) {
        problem_answer_detail(exchange, 422, "after must be the thing name that ends the page before.");
        return false;
    }
    if (after)
        memcpy(own->name, after, length + 1);
    own->page = memory_new(INVENTORY_PAGE_ROWS, sizeof *own->page);
    return true;
}

static enum store_error run_page(struct store_tx *tx, void *arguments)
{
    struct thing *own = arguments;

    return inventory_read(tx, own->name, own->page, INVENTORY_PAGE_ROWS, &own->count);
}

static void reply_page(struct http_exchange *exchange, void *arguments, unsigned result)
{
    const struct thing *own = arguments;
    TEXT struct text body = TEXT_EMPTY;

    if (result) {
        reply_problem(exchange, result);
        return;
    }
    inventory_text_add_titles(INVENTORY_COLUMNS, &body);
    for (size_t i = 0; i < own->count; i++)
        inventory_text_add_row(&own->page[i], INVENTORY_COLUMNS, &body);
    http_answer(exchange, 200, "text/csv; charset=utf-8", &body);
}

static void free_thing(void *arguments)
{
    free(((struct thing *)arguments)->page);
}

static const struct http_task find_thing = {.run = run_find};
static const struct http_task delete_thing = {.run = run_delete, .writes = true};
static const struct http_task read_things = {.run = run_page};

const struct http_handler inventory_show = {
    .arguments_size = sizeof(struct thing), .read = read_thing, .task = &find_thing, .reply = reply_shown};
const struct http_handler inventory_delete = {.arguments_size = sizeof(struct thing),
                                              .read = read_thing,
                                              .task = &delete_thing,
                                              .reply = reply_deleted};
const struct http_handler inventory_page = {.arguments_size = sizeof(struct thing),
                                            .read = read_page,
                                            .task = &read_things,
                                            .reply = reply_page,
                                            .fini = free_thing};
