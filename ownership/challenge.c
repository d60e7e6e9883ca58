/* SPDX-License-Identifier: Apache-2.0 */
#include "ownership/challenge.h"

long long challenge_next_at(const struct challenge *challenge)
{
    long long pause = OWNERSHIP_CHALLENGE_PAUSE_MS;

    if (!challenge->count)
        return 0;
    for (unsigned i = 1; i < challenge->count && pause < OWNERSHIP_CHALLENGE_PAUSE_MAX_MS; i++)
        pause *= 2;
    if (pause > OWNERSHIP_CHALLENGE_PAUSE_MAX_MS)
        pause = OWNERSHIP_CHALLENGE_PAUSE_MAX_MS;
    return challenge->until + pause;
}

void challenge_begin(struct challenge *challenge, long long now, long long arrived_at)
{
    *challenge =
        (struct challenge){.from = now, .until = now + OWNERSHIP_CHALLENGE_MS, .count = challenge->count + 1};
    challenge_put_off(challenge, arrived_at);
}

void challenge_put_off(struct challenge *challenge, long long arrived_at)
{
    if (!challenge->from || !arrived_at || challenge->from >= arrived_at + OWNERSHIP_ARRIVAL_MS)
        return;
    challenge->from = arrived_at + OWNERSHIP_ARRIVAL_MS;
    challenge->off_at = challenge->on_at = 0;
}

bool challenge_covers(const struct challenge *challenge, long long at)
{
    return challenge->from && at > challenge->from && at <= challenge->until;
}

bool challenge_may_cover(const struct challenge *challenge, long long at)
{
    return challenge_covers(challenge, at) || (challenge->count > 1 && at <= challenge->from);
}

void challenge_off(struct challenge *challenge, long long at)
{
    if (challenge_covers(challenge, at) && (!challenge->off_at || challenge->off_at > at))
        challenge->off_at = at;
}

void challenge_on(struct challenge *challenge, long long at)
{
    if (challenge_covers(challenge, at) && challenge->on_at < at)
        challenge->on_at = at;
}

bool challenge_is_met(const struct challenge *challenge)
{
    return challenge->off_at && challenge->on_at &&
           challenge->on_at + OWNERSHIP_ORDER_MS >= challenge->off_at;
}

void challenge_end(struct challenge *challenge, long long now)
{
    if (challenge->until > now)
        challenge->until = now;
}
