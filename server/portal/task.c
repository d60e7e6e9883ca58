/* SPDX-License-Identifier: Apache-2.0 */
#include "server/portal/task.h"

#include <stdlib.h>

#include "base/memory.h"

struct errand {
    struct store_job job;
    struct http_work *work;
};

static enum store_error run(struct store_tx *tx, void *argument)
{
    const struct http_work *work = ((struct errand *)argument)->work;

    return work->task->run(tx, work->arguments);
}

/* All errands have the same task. */
static enum store_error run_together(struct store_tx *tx, void *const errands[], enum store_error results[],
                                     size_t count)
{
    const struct http_task *task = ((const struct errand *)errands[0])->work->task;
    OWNED void **arguments = memory_new(count, sizeof *arguments);

    for (size_t i = 0; i < count; i++)
        arguments[i] = ((const struct errand *)errands[i])->work->arguments;
    return task->run_together(tx, arguments, results, count);
}

static void done(void *argument, enum store_error result)
{
    struct http_work *work = ((struct errand *)argument)->work;

    free(argument);
    http_work_done(work, result);
}

unsigned task_submit(void *store, struct http_work *work)
{
    struct errand *errand = memory_new(1, sizeof *errand);

    errand->work = work;
    errand->job =
        (struct store_job){.run = run, .done = done, .argument = errand, .writes = work->task->writes};
    if (work->task->run_together) {
        errand->job.kind = work->task;
        errand->job.run_together = run_together;
    }
    enum store_error error = store_submit(store, &errand->job);
    if (error)
        free(errand);
    return error;
}
