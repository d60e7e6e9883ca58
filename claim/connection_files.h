/* SPDX-License-Identifier: Apache-2.0 */
/* Notices that an account's certificate, key or authority was replaced, so that a connection can be made with
 * the new ones. One thread. */
#ifndef CLAIM_CONNECTION_FILES_H
#define CLAIM_CONNECTION_FILES_H

#include <stdbool.h>

#include "claim/settings.h"

#define CONNECTION_FILES_CHECK_MS 5000

/* All zeros: not looked at yet. */
struct connection_files {
    unsigned long long used, seen; /* what the files were like */
    long long next_check;          /* monotonic ms */
};

/* Returns true once after a change. Looks every CONNECTION_FILES_CHECK_MS, and waits until two looks give the
 * same: the files of one renewal are written one after another. */
bool connection_files_changed(struct connection_files *files, const struct account_connection *connection,
                              long long monotonic_ms);

/* Calls warn(context, sentence) for each private key of a claim-thing or observer that others can read. */
void connection_files_exposed(const struct claim_settings *settings,
                              void (*warn)(void *context, const char *sentence), void *context);

#endif
