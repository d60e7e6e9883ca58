/* SPDX-License-Identifier: Apache-2.0 */
#include "account/enrolment/enrolment_batch.h"

#include <string.h>

#include "account/enrolment/call_pace.h"
#include "account/enrolment/enrolment_flights.h"
#include "account/enrolment/index.h"
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
    struct enrolment_flights *flights;
    unsigned unsynced;
    long long synced_ms;
    long long wall_ms; /* for dates, the same for all */
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

static bool stop(void *context)
{
    struct batch *batch = context;

    if (interrupted(batch))
        end(batch, ENROLMENT_BATCH_INTERRUPTED);
    return batch->end != ENROLMENT_BATCH_DONE;
}

static void count_one(struct batch *batch)
{
    const struct enrolment_batch_counts *counts = batch->counts;

    batch->counts->devices =
        counts->registered + counts->there + counts->before + counts->duplicates + counts->failed;
    batch->options->progress(batch->options->context, counts);
}

/* True when the error concerns this device only, so the next one may succeed. */
static bool is_of_device(enum aws_error error)
{
    return error == AWS_REFUSED || error == AWS_NOT_FOUND || error == AWS_CONFLICT || error == AWS_BAD_ANSWER;
}

static void take_error(struct batch *batch, struct enrolment_row *row, enum aws_error error)
{
    bool is_end = error == AWS_EXPIRED || error == AWS_NO_CREDENTIALS;

    if (error == AWS_INTERRUPTED) {
        end(batch, ENROLMENT_BATCH_INTERRUPTED);
        return;
    }
    batch->trouble = is_of_device(error) ? 0 : batch->trouble + 1;
    row->result = "failed";
    if (!is_end) {
        batch->counts->failed++;
        record(batch, row, true);
    }
    if (!is_end && batch->trouble < TROUBLE_MAX)
        return;
    batch->error = error;
    if (batch->end == ENROLMENT_BATCH_DONE)
        text_puts(batch->why, row->why);
    end(batch, ENROLMENT_BATCH_STOPPED);
}

static void take_registered(struct batch *batch, struct enrolment_row *row, enum enrolment_result result)
{
    const bool there = result == ENROLMENT_THERE;

    batch->trouble = 0;
    row->result = there ? "there" : "registered";
    *(there ? &batch->counts->there : &batch->counts->registered) += 1;
    record(batch, row, false);
}

/* Once the batch ends early, only what was registered meanwhile is recorded: the next run tries the others.
 */
static void take_landing(struct batch *batch, const struct enrolment_landing *landing)
{
    struct enrolment_row row = {landing->place, landing->thing, landing->certificate_id, landing->outcome,
                                without_place(text_get(&landing->why), landing->place)};

    if (!landing->outcome && landing->error == AWS_OK && batch->end != ENROLMENT_BATCH_UNWRITABLE) {
        take_registered(batch, &row, landing->result);
    } else if (batch->end != ENROLMENT_BATCH_DONE) {
        return;
    } else if (!landing->outcome) {
        take_error(batch, &row, landing->error);
    } else {
        bool duplicate = strcmp(landing->outcome, "duplicate") == 0;
        *(duplicate ? &batch->counts->duplicates : &batch->counts->failed) += 1;
        record(batch, &row, true);
    }
    count_one(batch);
}

static void take_landings(struct batch *batch)
{
    struct enrolment_landing landing;

    while (enrolment_flights_land(batch->flights, &landing)) {
        take_landing(batch, &landing);
        enrolment_landing_fini(&landing);
    }
}

/* A device that is not registered; its turn in the result file comes after the earlier ones'. */
static void settle(struct batch *batch, const struct enrolment_row *row)
{
    take_landings(batch);
    while (!stop(batch) && !enrolment_flights_has_room(batch->flights)) {
        enrolment_flights_wait(batch->flights);
        take_landings(batch);
    }
    if (stop(batch))
        return;
    enrolment_flights_add(batch->flights, row);
    take_landings(batch);
}

static void refuse(struct batch *batch, const char *place, const char *thing, const char *id, const char *why)
{
    const struct enrolment_row row = {place, thing, id, "failed", why};

    settle(batch, &row);
}

static void enrol_one(struct batch *batch, const struct enrolment_device *device, const char *thing,
                      const char *id)
{
    const struct enrolment_row row = {device->place, thing, id, NULL, NULL};

    take_landings(batch);
    while (!stop(batch) && !enrolment_flights_may_begin(batch->flights)) {
        enrolment_flights_wait(batch->flights);
        take_landings(batch);
    }
    if (!stop(batch))
        enrolment_flights_begin(batch->flights, &row, device->certificate);
}

static void finish_flights(struct batch *batch)
{
    take_landings(batch);
    while (!enrolment_flights_are_over(batch->flights)) {
        if (stop(batch))
            enrolment_flights_end(batch->flights);
        enrolment_flights_wait(batch->flights);
        take_landings(batch);
    }
    enrolment_flights_free(batch->flights);
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
        settle(batch, &row);
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
        count_one(batch);
        return true;
    }
    text_printf(&why,
                "the result file has this certificate registered as the thing %s: one of both names is wrong",
                earlier);
    refuse(batch, place, thing, id, why.data);
    return true;
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
        if (!batch->options->dry_run) {
            enrol_one(batch, device, thing.data, id);
            return;
        }
        batch->counts->registered++;
        count_one(batch);
    }
}

static void take_device(void *context, const struct enrolment_device *device)
{
    struct batch *batch = context;

    if (!stop(batch))
        look_at(batch, device);
}

static void take_bad(void *context, const char *place, const char *why)
{
    struct batch *batch = context;

    if (!stop(batch))
        refuse(batch, place, "", "", why);
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
        .flights =
            enrolment_flights_new(options->enroller, options->rate > 0 ? options->rate : CALL_PACE_USUAL,
                                  options->dry_run ? 0 : ENROLMENT_FLIGHTS_MOST),
        .wall_ms = clock_wall_ms(),
        .synced_ms = clock_monotonic_ms(),
        .why = why,
    };
    const struct enrolment_source_events events = {&batch, take_device, take_bad, take_passed, stop};
    TEXT struct text unread = TEXT_EMPTY;

    *counts = (struct enrolment_batch_counts){0};
    bool is_read = enrolment_source_read(options->source, &events, &unread);
    finish_flights(&batch);
    if (!is_read && batch.end == ENROLMENT_BATCH_DONE) {
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
