/* SPDX-License-Identifier: Apache-2.0 */
#include "server/onboarding/record.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "server/store/claims.h"

enum outcome { OUTCOME_ACKNOWLEDGED, OUTCOME_RELEASED, OUTCOME_REFUSED };

struct entry {
    long long claim_id, due;
    enum outcome outcome;
    bool give_up;
};

struct record {
    struct store_job job;
    struct store *store;
    const char *staging;
    atomic_int *under_way;
    size_t count;
    struct entry entries[];
};

static enum store_error run(struct store_tx *tx, void *argument)
{
    struct record *record = argument;
    long long now = clock_wall_ms();
    enum store_error error = STORE_OK;

    for (size_t i = 0; i < record->count && !error; i++) {
        const struct entry *entry = &record->entries[i];
        if (entry->outcome == OUTCOME_ACKNOWLEDGED)
            error = claims_acknowledged(tx, record->staging, entry->claim_id, now, entry->due);
        else if (entry->outcome == OUTCOME_RELEASED)
            error = claims_release(tx, record->staging, entry->claim_id, entry->due);
        else
            error = claims_refused(tx, record->staging, entry->claim_id, now, entry->due, entry->give_up);
    }
    return error;
}

static void ended(void *argument, enum store_error result)
{
    struct record *record = argument;
    atomic_int *under_way = record->under_way;

    if (result)
        log_event(LOG_ERROR, "dispatcher.not_recorded", "account", record->staging, "error",
                  store_error_name(result), "claims", LOG_NUMBER(record->count), NULL);
    free(record);
    atomic_fetch_sub(under_way, 1);
}

struct record *record_new(struct store *store, const char *staging, atomic_int *under_way, size_t room)
{
    struct record *record = memory_new(1, sizeof *record + room * sizeof *record->entries);

    record->store = store;
    record->staging = staging;
    record->under_way = under_way;
    record->job = (struct store_job){.run = run, .done = ended, .argument = record, .writes = true};
    return record;
}

size_t record_count(const struct record *record)
{
    return record->count;
}

void record_acknowledged(struct record *record, long long claim_id, long long due)
{
    record->entries[record->count++] = (struct entry){claim_id, due, OUTCOME_ACKNOWLEDGED, false};
}

void record_released(struct record *record, long long claim_id, long long due)
{
    record->entries[record->count++] = (struct entry){claim_id, due, OUTCOME_RELEASED, false};
}

void record_refused(struct record *record, long long claim_id, long long due, bool give_up)
{
    record->entries[record->count++] = (struct entry){claim_id, due, OUTCOME_REFUSED, give_up};
}

void record_submit(struct record *record)
{
    if (record->count == 0) {
        free(record);
        return;
    }
    atomic_fetch_add(record->under_way, 1);
    enum store_error error = store_submit(record->store, &record->job);
    if (error)
        ended(record, error);
}
