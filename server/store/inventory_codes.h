/* SPDX-License-Identifier: Apache-2.0 */
/* Checks the code that is concealed in a device's box. For use inside a store_job's run(). */
#ifndef SERVER_STORE_INVENTORY_CODES_H
#define SERVER_STORE_INVENTORY_CODES_H

#include <stddef.h>

#include "ownership/code.h"
#include "server/store/job.h"

enum code_answer {
    CODE_RIGHT,
    CODE_WRONG,      /* or the device has no code, or is not in the inventory: these are not told apart */
    CODE_LATER,      /* not compared, because there were too many wrong ones (ownership/guesses.h) */
    CODE_UNREADABLE, /* it cannot be a code, whatever the device; does not count as a guess */
};

struct code_result {
    enum code_answer answer;
    enum code_error error; /* of CODE_UNREADABLE */
    long long next_at;     /* after CODE_WRONG and CODE_LATER: from when a code is compared again */
};

/* Compares the code that somebody typed for the device. Writes: wrong ones are counted for the device, under
 * a lock of its row of `devices`, which is made if there is none. All devices cost the same statements and
 * hashes, whether they have a code or not. now: store_clock_ms(). */
enum store_error inventory_check_code(struct store_tx *tx, const struct code_key *key, const char *thing_name,
                                      const char *typed, size_t length, long long now,
                                      struct code_result *out);

#endif
