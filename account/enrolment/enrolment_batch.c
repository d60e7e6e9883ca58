/* SPDX-License-Identifier: Apache-2.0 */
#include "account/enrolment/enrolment_batch.h"

#include <string.h>

#include "account/enrolment/index.h"
#include "aws/retry.h"
#include "base/clock.h"

/* Rows between two times that the disk has them, and milliseconds. */
#define BLOCK_ROWS 64
#define BLOCK_MS 1000
/* Stop after so many consecutive failures for a reason outside the device: all others would fail too. */
#define TROUBLE_MAX 3

struct batch {
    const struct enrolment_batch_options *options;
    struct enrolment_batch_counts *counts;
    struct enrolment_index *certificates, *things; /* of this run: places where they were seen */
    unsigned unsynced;
    long long synced_ms, next_ms; /* next_ms: when the next device may be registered */
    long long wall_ms;            /* for dates, the same for all */
    unsigned trouble;
    enum enrolment_batch_end end;
    enum aws_error error;
    struct text *why;
};

static bool interrupted(const struct batch *batch)
{
    return batch->options->interrupted != NULL && *batch->options->interrupted != 0;
}

static void end(struct batch *batch, enum enrolment_batch_end how)
{
    if (batch->end == ENROLMENT_BATCH_DONE)
        batch->end = how;
}

static void sync_results(struct batch *batch, bool now)
{
    long long ms = clock_monotonic_ms();
    TEXT struct text why = TEXT_EMPTY;

    if (!now && batch->unsynced < BLOCK_ROWS && ms - batch->synced_ms < BLOCK_MS)
        return;
    if (!enrolment_results_sync(batch->options->results, &why)) {
        if (batch->end == ENROLMENT_BATCH_DONE)
            text_puts(batch->why, text_get(&why));
        end(batch, ENROLMENT_BATCH_UNWRITABLE);
    }
    batch->unsynced = 0;
    batch->synced_ms = ms;
}

static void record(struct batch *batch, const struct enrolment_row *row, bool report)
{
    TEXT struct text why = TEXT_EMPTY;

    if (report)
        batch->options->report(batch->options->context, row);
    if (batch->options->dry_run)
        return;
    if (!enrolment_results_add(batch->options->results, row, &why)) {
        if (batch->end == ENROLMENT_BATCH_DONE)
            text_puts(batch->why, text_get(&why));
        end(batch, ENROLMENT_BATCH_UNWRITABLE);
    }
    batch->unsynced++;
    sync_results(batch, false);
}

/* Sentences of the parsers begin with the place, which has its own column. */
static const char *without_place(const char *why, const char *place)
{
    size_t length = strlen(place);

    return strncmp(why, place, length) == 0 && strncmp(why + length, ": ", 2) == 0 ? why + length + 2 : why;
}

static void refuse(struct batch *batch, const char *place, const char *thing, const char *id, const char *why)
{
    const struct enrolment_row row = {place, thing, id, "failed", without_place(why, place)};

    batch->counts->failed++;
    record(batch, &row, true);
}

static bool stop(void *context)
{
    struct batch *batch = context;

    if (interrupted(batch))
        end(batch, ENROLMENT_BATCH_INTERRUPTED);
    return batch->end != ENROLMENT_BATCH_DONE;
}

/* True, and reported: the certificate, or another one of the same thing, was seen before. */
static bool seen_before(struct batch *batch, const char *place, const char *thing, const char *id)
{
    const char *certificate = enrolment_index_find(batch->certificates, id);
    const char *same = enrolment_index_find(batch->things, thing);
    TEXT struct text why = TEXT_EMPTY;

    if (certificate != NULL) {
        text_printf(&why, "the same certificate as %s", certificate);
        const struct enrolment_row row = {place, thing, id, "duplicate", why.data};
        batch->counts->duplicates++;
        record(batch, &row, true);
        return true;
    }
    enrolment_index_set(batch->certificates, id, place);
    if (same != NULL) {
        text_printf(&why, "the thing %s is also that of %s, which has another certificate", thing, same);
        refuse(batch, place, thing, id, why.data);
        return true;
    }
    enrolment_index_set(batch->things, thing, place);
    return false;
}

/* True when an earlier run registered it. */
static bool done_before(struct batch *batch, const char *place, const char *thing, const char *id)
{
    const char *earlier = enrolment_results_thing(batch->options->results, id);
    TEXT struct text why = TEXT_EMPTY;

    if (earlier == NULL)
        return false;
    if (strcmp(earlier, thing) == 0) {
        batch->counts->before++;
        return true;
    }
    text_printf(&why,
                "the result file has this certificate registered as the thing %s: one of both names is wrong",
                earlier);
    refuse(batch, place, thing, id, why.data);
    return true;
}

/* Waits until the pace allows one more. */
static void keep_pace(struct batch *batch)
{
    long long now = clock_monotonic_ms();
    double rate = batch->options->rate;

    if (rate <= 0)
        return;
    if (batch->next_ms > now && !aws_retry_sleep(batch->next_ms - now, batch->options->interrupted))
        end(batch, ENROLMENT_BATCH_INTERRUPTED);
    batch->next_ms = (batch->next_ms > now ? batch->next_ms : now) + (long long)(1000 / rate);
}

/* True when the error concerns this device only, so the next one may succeed. */
static bool is_of_device(enum aws_error error)
{
    return error == AWS_REFUSED || error == AWS_NOT_FOUND || error == AWS_CONFLICT || error == AWS_BAD_ANSWER;
}

static void take_error(struct batch *batch, const struct enrolment_row *row, enum aws_error error)
{
    bool is_end = error == AWS_EXPIRED || error == AWS_NO_CREDENTIALS;

    if (error == AWS_INTERRUPTED) {
        end(batch, ENROLMENT_BATCH_INTERRUPTED);
        return;
    }
    batch->trouble = is_of_device(error) ? 0 : batch->trouble + 1;
    if (!is_end)
        refuse(batch, row->place, row->thing, row->certificate_id, row->why);
    if (!is_end && batch->trouble < TROUBLE_MAX)
        return;
    batch->error = error;
    if (batch->end == ENROLMENT_BATCH_DONE)
        text_puts(batch->why, row->why);
    end(batch, ENROLMENT_BATCH_STOPPED);
}

static void enrol_one(struct batch *batch, const struct enrolment_device *device, const char *thing,
                      const char *id)
{
    enum enrolment_result result = ENROLMENT_NEW;
    TEXT struct text why = TEXT_EMPTY;

    keep_pace(batch);
    if (stop(batch))
        return;
    enum aws_error error =
        enroller_enrol(batch->options->enroller, device->certificate, thing, &result, &why);
    const bool there = result == ENROLMENT_THERE;
    const struct enrolment_row row = {device->place, thing, id, there ? "there" : "registered",
                                      text_get(&why)};
    if (error != AWS_OK) {
        take_error(batch, &row, error);
        return;
    }
    batch->trouble = 0;
    *(there ? &batch->counts->there : &batch->counts->registered) += 1;
    record(batch, &row, false);
}

static void look_at(struct batch *batch, const struct enrolment_device *device)
{
    TEXT struct text thing = TEXT_EMPTY, why = TEXT_EMPTY;
    char id[CERTIFICATE_ID_SIZE];

    certificate_id(device->certificate, id);
    if (!enrolment_certificate_fits(device->certificate, batch->wall_ms, &why) ||
        !enrolment_thing_name(device->certificate, batch->options->name_field, device->thing, &thing, &why))
        refuse(batch, device->place, enrolment_is_thing_name(device->thing) ? device->thing : "", id,
               text_get(&why));
    else if (!seen_before(batch, device->place, thing.data, id) &&
             !done_before(batch, device->place, thing.data, id)) {
        if (batch->options->dry_run)
            batch->counts->registered++;
        else
            enrol_one(batch, device, thing.data, id);
    }
}

static void count_one(struct batch *batch)
{
    const struct enrolment_batch_counts *counts = batch->counts;

    batch->counts->devices =
        counts->registered + counts->there + counts->before + counts->duplicates + counts->failed;
    batch->options->progress(batch->options->context, counts);
}

static void take_device(void *context, const struct enrolment_device *device)
{
    struct batch *batch = context;

    if (stop(batch))
        return;
    look_at(batch, device);
    count_one(batch);
}

static void take_bad(void *context, const char *place, const char *why)
{
    struct batch *batch = context;

    if (stop(batch))
        return;
    refuse(batch, place, "", "", why);
    count_one(batch);
}

static void take_passed(void *context, const char *place, const char *what)
{
    struct batch *batch = context;
    (void)place;

    batch->counts->passed++;
    if (strcmp(what, "a private key") == 0)
        batch->counts->keys++;
}

enum enrolment_batch_end enrolment_batch_run(const struct enrolment_batch_options *options,
                                             struct enrolment_batch_counts *counts, enum aws_error *error,
                                             struct text *why)
{
    struct batch batch = {
        .options = options,
        .counts = counts,
        .certificates = enrolment_index_new(),
        .things = enrolment_index_new(),
        .wall_ms = clock_wall_ms(),
        .synced_ms = clock_monotonic_ms(),
        .why = why,
    };
    const struct enrolment_source_events events = {&batch, take_device, take_bad, take_passed, stop};
    TEXT struct text unread = TEXT_EMPTY;

    *counts = (struct enrolment_batch_counts){0};
    if (!enrolment_source_read(options->source, &events, &unread) && batch.end == ENROLMENT_BATCH_DONE) {
        text_puts(why, text_get(&unread));
        end(&batch, ENROLMENT_BATCH_UNREADABLE);
    }
    if (!options->dry_run)
        sync_results(&batch, true);
    enrolment_index_free(batch.certificates);
    enrolment_index_free(batch.things);
    *error = batch.error;
    return batch.end;
}
