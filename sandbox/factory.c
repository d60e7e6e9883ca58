/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/factory.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "base/progress.h"
#include "base/text.h"
#include "sandbox/factory_file.h"

#define PART_DEVICES 256
#define PARTS_MAX (2 * FACTORY_THREADS_MAX)

/* A part of the batch: made by any thread, written in order. */
struct part {
    bool ready;
    struct text list, log;
};

struct work {
    const struct factory_settings *settings;
    const struct sidewalk_hsm *hsm;
    unsigned long long part_count;
    size_t part_room; /* maximum number of parts in progress */
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    unsigned long long next, written; /* numbers of parts; guarded, as are ready and failed */
    bool failed;
    struct part parts[PARTS_MAX];
};

static bool write_each(const struct factory_settings *settings, const char *smsn, const struct text *log)
{
    TEXT struct text name = TEXT_EMPTY;

    text_printf(&name, "control-logs/%s.json", smsn);
    struct factory_file output = factory_file_open(settings->folder, text_get(&name));
    factory_file_put(&output, text_get(log), log->length);
    return factory_file_close(&output, true);
}

/* Returns false if its file could not be written. */
static bool make_device(const struct factory_settings *settings, unsigned long long number,
                        const struct sidewalk_device *device, struct part *part)
{
    const struct factory_log *layout = settings->layout;

    text_puts(&part->list, device->smsn);
    text_puts(&part->list, "\n");
    if (settings->each)
        text_puts(&part->log, layout->head);
    else if (number > 0)
        text_puts(&part->log, layout->between);
    factory_log_add(layout, settings->apid, device, &part->log);
    if (!settings->each)
        return true;
    text_puts(&part->log, layout->tail);
    bool written = write_each(settings, device->smsn, &part->log);
    text_clear(&part->log);
    return written;
}

static bool make_part(const struct factory_settings *settings, struct sidewalk_signer *signer,
                      unsigned long long number, struct part *part)
{
    unsigned long long first = number * PART_DEVICES, end = first + PART_DEVICES;
    struct sidewalk_device device;
    bool fine = true;

    text_clear(&part->list);
    text_clear(&part->log);
    for (unsigned long long i = first; i < end && i < settings->devices && fine; i++) {
        sidewalk_signer_make(signer, i, &device);
        fine = make_device(settings, i, &device, part);
    }
    return fine;
}

static void *run_worker(void *argument)
{
    struct work *work = argument;
    struct sidewalk_signer *signer = sidewalk_signer_new(work->hsm);

    pthread_mutex_lock(&work->mutex);
    while (work->next < work->part_count) {
        if (work->next - work->written >= work->part_room) {
            pthread_cond_wait(&work->changed, &work->mutex);
            continue;
        }
        unsigned long long number = work->next++;
        struct part *part = &work->parts[number % work->part_room];
        pthread_mutex_unlock(&work->mutex);
        bool fine = make_part(work->settings, signer, number, part);
        pthread_mutex_lock(&work->mutex);
        part->ready = true;
        work->failed = work->failed || !fine;
        pthread_cond_broadcast(&work->changed);
    }
    pthread_mutex_unlock(&work->mutex);
    sidewalk_signer_free(signer);
    return NULL;
}

static void show_progress(struct progress *progress, unsigned long long done, unsigned long long all)
{
    TEXT struct text counts = TEXT_EMPTY;

    if (done < all && !progress_is_due(progress))
        return;
    text_printf(&counts, "%llu of %llu devices  ", done, all);
    progress_add_rate(progress, done, &counts);
    progress_show(progress, (double)done / (double)all, text_get(&counts));
}

/* Returns NULL if a thread could not write its files. */
static struct part *wait_for(struct work *work, unsigned long long number)
{
    struct part *part = &work->parts[number % work->part_room];

    pthread_mutex_lock(&work->mutex);
    while (!part->ready && !work->failed)
        pthread_cond_wait(&work->changed, &work->mutex);
    bool failed = work->failed;
    pthread_mutex_unlock(&work->mutex);
    return failed ? NULL : part;
}

/* Starts no more parts. */
static void give_up(struct work *work)
{
    pthread_mutex_lock(&work->mutex);
    work->next = work->part_count;
    pthread_cond_broadcast(&work->changed);
    pthread_mutex_unlock(&work->mutex);
}

static void let_go(struct work *work, struct part *part)
{
    pthread_mutex_lock(&work->mutex);
    part->ready = false;
    work->written++;
    pthread_cond_broadcast(&work->changed);
    pthread_mutex_unlock(&work->mutex);
}

/* log: NULL if each device has its own file. */
static bool write_parts(struct work *work, struct factory_file *list, struct factory_file *log)
{
    const struct factory_settings *settings = work->settings;
    struct progress progress;

    progress_begin(&progress, stderr, 0);
    for (unsigned long long i = 0; i < work->part_count; i++) {
        struct part *part = list->file && (!log || log->file) ? wait_for(work, i) : NULL;
        unsigned long long done = (i + 1) * PART_DEVICES;
        if (!part) {
            progress_clear(&progress);
            give_up(work);
            return false;
        }
        factory_file_put(list, text_get(&part->list), part->list.length);
        if (log)
            factory_file_put(log, text_get(&part->log), part->log.length);
        let_go(work, part);
        show_progress(&progress, done < settings->devices ? done : settings->devices, settings->devices);
    }
    progress_keep(&progress);
    return true;
}

static bool write_files(struct work *work)
{
    const struct factory_settings *settings = work->settings;
    const struct factory_log *layout = settings->layout;
    struct factory_file list = factory_file_open(settings->folder, "devices.csv"), log = {0};

    factory_file_put(&list, "smsn\n", 5);
    if (settings->each) {
        bool written = write_parts(work, &list, NULL);
        return factory_file_close(&list, written);
    }
    log = factory_file_open(settings->folder, "control-log.json");
    factory_file_put(&log, layout->head, strlen(layout->head));
    bool written = write_parts(work, &list, &log);
    factory_file_put(&log, layout->tail, strlen(layout->tail));
    /* The list comes last, as it names what is in the log. */
    written = factory_file_close(&log, written);
    return factory_file_close(&list, written);
}

bool factory_write(const struct factory_settings *settings)
{
    struct sidewalk_hsm *hsm = sidewalk_hsm_new(settings->seed, settings->apid, settings->fast);
    struct work work = {
        .settings = settings,
        .hsm = hsm,
        .part_count = (settings->devices + PART_DEVICES - 1) / PART_DEVICES,
        .part_room = 2 * (size_t)settings->threads,
        .mutex = PTHREAD_MUTEX_INITIALIZER,
        .changed = PTHREAD_COND_INITIALIZER,
    };
    pthread_t threads[FACTORY_THREADS_MAX];
    long started = 0;

    while (started < settings->threads && pthread_create(&threads[started], NULL, run_worker, &work) == 0)
        started++;
    if (started == 0)
        factory_complain("thread", "cannot be started");
    bool written = started && write_files(&work);
    for (long i = 0; i < started; i++)
        pthread_join(threads[i], NULL);
    for (size_t i = 0; i < PARTS_MAX; i++) {
        text_fini(&work.parts[i].list);
        text_fini(&work.parts[i].log);
    }
    sidewalk_hsm_free(hsm);
    return written;
}
