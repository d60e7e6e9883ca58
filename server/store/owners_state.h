/* SPDX-License-Identifier: Apache-2.0 */
/* Devices with their parties, as the store keeps them. Private to server/store/: owners.h has the operations.
 */
#ifndef SERVER_STORE_OWNERS_STATE_H
#define SERVER_STORE_OWNERS_STATE_H

#include "ownership/ownership.h"
#include "server/registration.h"
#include "server/store/job.h"
#include "server/store/owners_rules.h"

/* What the rules do not need to know of a party. */
struct owners_member {
    char token[REGISTRATION_TOKEN_SIZE];
    char endpoint[REGISTRATION_ENDPOINT_SIZE];
    char product[OWNERS_PRODUCT_SIZE];
    long long accepted_at;
    long long arrived_at; /* when its claim's device arrived; 0: it has not */
    long long claim_ends; /* at the earliest, it waits until its claim ends; 0: that is not open */
    long long due_at;     /* as it is written; 0: with its claim, or never */
};

struct owners_device {
    char thing_name[IDENTIFIER_SIZE]; /* set by the caller of owners_load() */
    char owner[REGISTRATION_TOKEN_SIZE], endpoint[REGISTRATION_ENDPOINT_SIZE], link[OWNERS_LINK_SIZE];
    bool is_known;       /* it has a row */
    bool had_no_arrival; /* none was recorded of the device: arrived_at is that of a claim, or 0 */
    struct ownership state, before;
    struct owners_member members[OWNERSHIP_PARTIES_MAX]; /* of state.parties */
    struct owners_device_row {
        char owner[REGISTRATION_TOKEN_SIZE], endpoint[REGISTRATION_ENDPOINT_SIZE], link[OWNERS_LINK_SIZE];
    } row; /* as it was read */
};

/* Which devices, when, and for whom. */
struct owners_loading {
    const char *token; /* NULL, or a registration that is loaded whatever its standing. One device only */
    long long now;
    bool locks; /* locks the devices until the transaction ends, and makes the rows that are missing */
};

/* Reads the devices with these names, which are sorted and differ. */
enum store_error owners_load(struct store_tx *tx, const struct owners_loading *loading,
                             struct owners_device *devices, size_t count) __attribute__((warn_unused_result));

/* The index of the party with this token; the count of parties if it was not loaded. */
size_t owners_place(const struct owners_device *device, const char *token);

/* Who does what these effects come from, for the audit. */
struct owners_note_by {
    const char *actor, *reason;
    long long now;
};

/* Applies one event, and writes rows of the audit. by: NULL: none. */
enum store_error owners_step(struct store_tx *tx, struct owners_device *device,
                             const struct ownership_event *event, const struct owners_note_by *by,
                             struct ownership_effects *effects, enum ownership_answer *answer)
    __attribute__((warn_unused_result));

/* Writes what has changed since owners_load(). */
enum store_error owners_save(struct store_tx *tx, struct owners_device *devices, size_t count)
    __attribute__((warn_unused_result));

#endif
