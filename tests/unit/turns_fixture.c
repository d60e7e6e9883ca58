/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/turns_fixture.h"

const struct schedule turns_schedule = {{5 * SECOND, 10 * SECOND, 20 * SECOND}, 3};

struct turns *turns;
long long now;

int turns_begin(void **state)
{
    (void)state;
    turns = turns_new(&(struct turns_options){.schedule = &turns_schedule, .window_ms = LONG});
    now = NOON;
    return 0;
}

int turns_end(void **state)
{
    (void)state;
    turns_free(turns);
    return 0;
}

void add(long long id, uint64_t network)
{
    turns_add(turns, &(struct turns_claim){.id = id, .accepted_at = now, .network = network}, now);
}

void add_published(long long id, uint64_t network, long long ago)
{
    turns_add(turns,
              &(struct turns_claim){.id = id,
                                    .accepted_at = now - ago,
                                    .published_at = now - ago,
                                    .published = 1,
                                    .network = network},
              now);
}

void add_ripe(long long first, long long count)
{
    for (long long id = first; id < first + count; id++)
        add_published(id, NETWORK_UNKNOWN, MINUTE);
}

void press(long long id, long long pressed_at)
{
    turns_add(turns, &(struct turns_claim){.id = id, .pressed_at = pressed_at}, now);
}

long long take(void)
{
    long long id = 0;
    bool found = turns_take(turns, now, &id);

    assert_int_equal(found, id != 0);
    return id;
}

void assert_taken(long long got, long long wanted, int line)
{
    if (got != wanted)
        fail_msg("line %d: claim %lld is taken instead of %lld", line, got, wanted);
}

struct turns_counts counts(void)
{
    struct turns_counts out;

    turns_count(turns, now, &out);
    return out;
}

size_t take_all(void)
{
    size_t count = 0;

    while (take())
        count++;
    return count;
}

void expire_many(uint64_t network, long long first, long long count)
{
    for (long long id = first; id < first + count; id++) {
        add_published(id, network, 0);
        turns_remove(turns, id, TURNS_EXPIRED, now);
    }
}

void let_many_arrive(uint64_t network, long long first, long long count)
{
    for (long long id = first; id < first + count; id++) {
        add_published(id, network, 0);
        turns_remove(turns, id, TURNS_ARRIVED, now);
    }
}
