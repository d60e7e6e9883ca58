/* SPDX-License-Identifier: Apache-2.0 */
/* Erases what a person had told with a registration, and keeps the registration itself: it says that the
 * device was theirs, and no longer who they are. For use inside a store_job's run(). */
#ifndef SERVER_STORE_FORGETTING_H
#define SERVER_STORE_FORGETTING_H

#include <stdbool.h>

#include "server/store/job.h"

/* The person wants it, or no longer, once the device is not theirs any more. */
enum store_error forgetting_want(struct store_tx *tx, const char *token, bool wanted);

/* Erases it for all former owners of this device that want it. */
enum store_error forgetting_run(struct store_tx *tx, const char *thing_name, long long now);

/* *at: when it was erased; 0: it was not. */
enum store_error forgetting_find(struct store_tx *tx, const char *token, long long *at);

#endif
