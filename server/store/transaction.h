/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of struct store_tx, for the files of this folder only. */
#ifndef SERVER_STORE_TRANSACTION_H
#define SERVER_STORE_TRANSACTION_H

#include "claim/lifecycle.h"
#include "server/store/database.h"

struct store_tx {
    struct database *database;
    long long count_changes[CLAIM_STATE_COUNT]; /* applied to the store's counts after the commit */
};

/* For functions that stop at the first error and pass it on. */
#define RETURN_IF(error)                                                                                     \
    do {                                                                                                     \
        enum store_error error_ = (error);                                                                   \
        if (error_)                                                                                          \
            return error_;                                                                                   \
    } while (0)

#endif
