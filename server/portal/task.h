/* SPDX-License-Identifier: Apache-2.0 */
/* What handlers want done in the store: http_handler.task points to one of these. */
#ifndef SERVER_PORTAL_TASK_H
#define SERVER_PORTAL_TASK_H

#include "server/http/http.h"
#include "server/store/store.h"

struct http_task {
    /* On a thread of the store, as store_job.run. arguments: the handler's. What it returns is the result
     * that the handler's reply has, once what it wrote is durable; STORE_BUSY: the store took no more. */
    enum store_error (*run)(struct store_tx *tx, void *arguments);
    /* NULL, or the same for many requests at once; see store_job.run_together. */
    enum store_error (*run_together)(struct store_tx *tx, void *const arguments[], enum store_error results[],
                                     size_t count);
    bool writes;
};

/* For http_options.take: hands the work to the store, which is the context. Any thread, does not block. */
unsigned task_submit(void *store, struct http_work *work);

#endif
