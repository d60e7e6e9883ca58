/* SPDX-License-Identifier: Apache-2.0 */
/* Follows the journal of the OEM account's broker (sandbox/account_journal.h): sends events to the queues
 * that the account's topic rules name, and knows which things exist and are connected. Guarded by the cloud's
 * lock. */
#ifndef SANDBOX_CLOUD_ACCOUNT_FEED_H
#define SANDBOX_CLOUD_ACCOUNT_FEED_H

#include <stdbool.h>
#include <stdio.h>

#include "base/json.h"
#include "base/text.h"
#include "sandbox/cloud/iot/state.h"
#include "sandbox/cloud/queues.h"

struct account_feed {
    const struct iot *iot; /* borrowed: the rules */
    struct queues *queues; /* borrowed */
    const char *path;      /* borrowed; NULL: none */
    FILE *file;            /* NULL until the file is there */
    struct text line;      /* the beginning of one that is not whole */
    cJSON *things;         /* owned: {"connected", "at"} of each, by name */
    bool caught_up;        /* what was there at the start is read: events from now on are news */
};

void account_feed_open(struct account_feed *feed, const char *path, const struct iot *iot,
                       struct queues *queues);
void account_feed_close(struct account_feed *feed);

/* Reads what was written meanwhile. */
void account_feed_follow(struct account_feed *feed);
/* Borrowed; NULL: the broker has not told of such a thing. */
const cJSON *account_feed_thing(const struct account_feed *feed, const char *name);

/* Hands an event to the rules. */
void account_feed_event(const struct account_feed *feed, const char *topic, const cJSON *payload);

#endif
