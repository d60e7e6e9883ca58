/* SPDX-License-Identifier: Apache-2.0 */
/* Tasks of handlers that run in the store: http_handler.task points to one. */
#ifndef SERVER_PORTAL_TASK_H
#define SERVER_PORTAL_TASK_H

#include "server/http/http.h"
#include "server/portal/pacer.h"
#include "server/store/store.h"

struct http_task {
    /* Runs on a thread of the store, like store_job.run. arguments: those of the handler. Its result is
     * passed to the handler's reply after the commit. reply gets STORE_BUSY if the store's queue is full. */
    enum store_error (*run)(struct store_tx *tx, void *arguments);
    /* NULL, or does the same for many requests at once; see store_job.run_together. */
    enum store_error (*run_together)(struct store_tx *tx, void *const arguments[], enum store_error results[],
                                     size_t count);
    bool writes;
    bool is_paced; /* how long it takes could tell something about a device */
};

/* Where tasks go. */
struct task_queue {
    struct store *store;
    struct pacer *pacer; /* NULL: no answer is held back */
};

/* For http_options.take, with a struct task_queue: submits the work to the store. Returns 0, or an error of
 * store_submit(). Any thread, does not block. */
unsigned task_submit(void *queue, struct http_work *work);

#endif
