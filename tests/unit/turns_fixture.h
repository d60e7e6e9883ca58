/* SPDX-License-Identifier: Apache-2.0 */
/* Turns of a staging account, a clock, and short words for what is told to them. */
#ifndef TESTS_UNIT_TURNS_FIXTURE_H
#define TESTS_UNIT_TURNS_FIXTURE_H

#include "server/onboarding/turns.h"
#include "tests/unit/test.h"

#define NOON 1700000000000LL
#define SECOND 1000LL
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define LONG (24 * HOUR) /* the window, too */
#define BAD 666          /* a network */

extern struct turns *turns;
extern const struct schedule turns_schedule;
extern long long now;

int turns_begin(void **state);
int turns_end(void **state);

void add(long long id, uint64_t network);
/* One whose last message was sent `ago`, as after a restart. */
void add_published(long long id, uint64_t network, long long ago);
/* Of the unknown network; their ids are first, first + 1, ... */
void add_ripe(long long first, long long count);
/* Its network gets a record, and no claim is left. */
void expire_many(uint64_t network, long long first, long long count);
void let_many_arrive(uint64_t network, long long first, long long count);
void press(long long id, long long pressed_at);

/* 0: there is none. */
long long take(void);
void assert_taken(long long got, long long wanted, int line);
#define ASSERT_TAKES(wanted) assert_taken(take(), wanted, __LINE__)
/* Takes all that there is and returns how many. */
size_t take_all(void);
struct turns_counts counts(void);

#endif
