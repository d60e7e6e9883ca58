/* SPDX-License-Identifier: Apache-2.0 */
/* The publishers of one staging account, one for each of its claim-things, used side by side: each has its
 * own connection, window and pace. A message goes to any of them that has room, and one that is not
 * connected, or that the account rejects, does not stop the others.
 *
 * Logs staging.connected and staging.not_connected. For the dispatcher's thread, unless a function says any
 * thread. index is below publishers_count(). */
#ifndef SERVER_ONBOARDING_PUBLISHERS_H
#define SERVER_ONBOARDING_PUBLISHERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "claim/publisher.h"
#include "claim/settings.h"
#include "server/onboarding/stats.h"

struct publishers;

/* All of them are paused. wake(): publishers_step() has something to do; any thread, must not block. NULL on
 * error, with a sentence in *why. The account is borrowed. */
struct publishers *publishers_new(const struct staging_account *account, void (*wake)(void *context),
                                  void *context, struct text *why);
/* NULL is allowed. */
void publishers_free(struct publishers *publishers);

size_t publishers_count(const struct publishers *publishers);
/* The number of the claim-thing, for logs. */
unsigned publishers_number(const struct publishers *publishers, size_t index);
bool publishers_is_connected(const struct publishers *publishers, size_t index);
/* How many of them are connected. */
size_t publishers_connected(const struct publishers *publishers);
/* Publishes without PUBACK, of all of them. */
size_t publishers_in_flight(const struct publishers *publishers);

/* As in publisher.h. Release fills *news too. */
long long publishers_step(struct publishers *publishers, size_t index, struct publisher_news *news);
void publishers_release(struct publishers *publishers, size_t index, struct publisher_news *news);
void publishers_pause(struct publishers *publishers, size_t index);
/* All of them. */
void publishers_resume(struct publishers *publishers);
void publishers_reconnect(struct publishers *publishers);

/* True if some of them has room. */
bool publishers_have_room(const struct publishers *publishers);
/* Publishes with one of those that have room, by turns. PUBLISHER_WAIT: *wait_ms is the least of theirs. */
enum publisher_answer publishers_send(struct publishers *publishers, const struct publication *publication,
                                      const char *address, long long *wait_ms)
    __attribute__((warn_unused_result));

/* Fills in what concerns connections. Any thread. */
void publishers_stats(const struct publishers *publishers, struct dispatcher_stats *out);

#endif
