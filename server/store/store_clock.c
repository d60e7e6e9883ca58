/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/store_clock.h"

#include <stdatomic.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/steady_clock.h"
#include "server/store/claims.h"
#include "server/store/engine.h"
#include "server/store/transaction.h"

#define STEP_MS 5000 /* a difference that is worth a line in the log */

static struct steady_clock steady;
static atomic_bool started;
static bool warned; /* only for the thread that follows */

long long store_clock_ms(void)
{
    return atomic_load(&started) ? steady_clock_ms(&steady, clock_monotonic_ms()) : clock_wall_ms();
}

static void time_row(void *context, const struct row *row)
{
    *(long long *)context = row_integer(row, 0);
}

/* The answer is half a round trip old when it comes. */
static enum store_error ask(struct store_tx *tx, long long *now, long long *monotonic)
{
    *monotonic = clock_monotonic_ms();
    *now = clock_wall_ms();
    if (!tx->database->kind->has_round_trips)
        return STORE_OK;
    RETURN_IF(tx_query(tx, SQL_TIME, WITH_NOTHING, time_row, now));
    *monotonic += (clock_monotonic_ms() - *monotonic) / 2;
    return STORE_OK;
}

enum store_error store_clock_start(struct store_tx *tx)
{
    long long now, monotonic;

    RETURN_IF(ask(tx, &now, &monotonic));
    steady_clock_set(&steady, now, monotonic);
    atomic_store(&started, true);
    return STORE_OK;
}

enum store_error store_clock_follow(struct store_tx *tx)
{
    long long now, monotonic, oldest_open = 0;

    RETURN_IF(claims_oldest_open(tx, &oldest_open));
    RETURN_IF(ask(tx, &now, &monotonic));
    long long behind = steady_clock_follow(&steady, now, monotonic, oldest_open == 0);
    bool stepped = behind > STEP_MS || behind < -STEP_MS;
    if (stepped && !warned)
        log_event(LOG_WARN, "clock.stepped", "by_ms", LOG_NUMBER(behind), "reason",
                  "the clock was set; open claims keep the time that they have left", NULL);
    warned = stepped && oldest_open;
    return STORE_OK;
}
