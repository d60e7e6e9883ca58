/* SPDX-License-Identifier: Apache-2.0 */
#include "ownership/guesses.h"

static long long pause_after(unsigned count)
{
    long long pause = GUESSES_PAUSE_MS;

    if (count < GUESSES_FREE)
        return 0;
    for (unsigned i = GUESSES_FREE; i < count && pause < GUESSES_PAUSE_MAX_MS; i++)
        pause *= 2;
    return pause < GUESSES_PAUSE_MAX_MS ? pause : GUESSES_PAUSE_MAX_MS;
}

static bool is_forgotten(struct guesses guesses, long long now)
{
    return guesses.count == 0 || now - guesses.last_at >= GUESSES_FORGET_MS;
}

long long guesses_next_at(struct guesses guesses, long long now)
{
    if (is_forgotten(guesses, now))
        return now;
    long long from = guesses.last_at < now ? guesses.last_at : now; /* a clock that went back */
    return from + pause_after(guesses.count);
}

struct guesses guesses_add_wrong(struct guesses guesses, long long now)
{
    unsigned before = is_forgotten(guesses, now) ? 0 : guesses.count;

    return (struct guesses){before < 1000000000U ? before + 1 : before, now};
}
