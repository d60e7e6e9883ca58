/* SPDX-License-Identifier: Apache-2.0 */
#include "server/portal/task.h"

#include <stdlib.h>

#include "base/memory.h"

struct submission {
    struct store_job job;
    struct http_work *work;
    struct pacer *pacer; /* NULL: the answer is not held back */
    long long came_us;
};

static enum store_error run(struct store_tx *tx, void *argument)
{
    const struct http_work *work = ((struct submission *)argument)->work;

    return work->task->run(tx, work->arguments);
}

/* All submissions have the same task. */
static enum store_error run_together(struct store_tx *tx, void *const submissions[],
                                     enum store_error results[], size_t count)
{
    const struct http_task *task = ((const struct submission *)submissions[0])->work->task;
    OWNED void **arguments = memory_new(count, sizeof *arguments);

    for (size_t i = 0; i < count; i++)
        arguments[i] = ((const struct submission *)submissions[i])->work->arguments;
    return task->run_together(tx, arguments, results, count);
}

static void done(void *argument, enum store_error result)
{
    struct submission own = *(struct submission *)argument;

    free(argument);
    if (own.pacer)
        pacer_done(own.pacer, own.work, result, own.came_us);
    else
        http_work_done(own.work, result);
}

unsigned task_submit(void *queue, struct http_work *work)
{
    const struct task_queue *own = queue;
    struct submission *submission = memory_new(1, sizeof *submission);

    if (work->task->is_paced && own->pacer) {
        submission->pacer = own->pacer;
        submission->came_us = pacer_now_us();
    }

    submission->work = work;
    submission->job =
        (struct store_job){.run = run, .done = done, .argument = submission, .writes = work->task->writes};
    if (work->task->run_together) {
        submission->job.kind = work->task;
        submission->job.run_together = run_together;
    }
    enum store_error error = store_submit(own->store, &submission->job);
    if (error)
        free(submission);
    return error;
}
