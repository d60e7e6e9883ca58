/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/job.h"

const char *store_error_name(enum store_error error)
{
    static const char *const names[] = {
        [STORE_OK] = "ok",
        [STORE_NOT_FOUND] = "not found",
        [STORE_CONFLICT] = "conflict",
        [STORE_UNLISTED] = "not in the inventory",
        [STORE_KEY_USED] = "key used",
        [STORE_ENDED] = "ended",
        [STORE_FULL] = "cannot write",
        [STORE_BUSY] = "busy",
        [STORE_UNAVAILABLE] = "unavailable",
        [STORE_AGAIN] = "again",
        [STORE_NOT_LEADER] = "not the leader",
        [STORE_IN_USE] = "in use",
        [STORE_TOO_NEW] = "too new",
        [STORE_BROKEN] = "broken",
    };

    return (size_t)error < sizeof names / sizeof *names ? names[error] : "unknown";
}
