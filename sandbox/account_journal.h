/* SPDX-License-Identifier: Apache-2.0 */
/* What the OEM account's broker tells the simulated AWS, in a file of JSON lines that the latter follows
 * (sandbox/cloud/account_feed.h):
 *
 *   {"started": true}                                   no client is connected
 *   {"topic": TOPIC, "payload": {...}}                  an event was published: for the account's rules
 *   {"thing": NAME}                                     the thing exists
 *   {"thing": NAME, "connected": true, "at": MS}        a client of that name has connected; false: is gone
 *
 * The last two do not depend on simulated faults of events. Broker's thread only. */
#ifndef SANDBOX_ACCOUNT_JOURNAL_H
#define SANDBOX_ACCOUNT_JOURNAL_H

#include <stdbool.h>

struct account_journal;

/* The result is owned; NULL if the file cannot be opened. */
struct account_journal *account_journal_open(const char *path);
void account_journal_close(struct account_journal *journal); /* NULL is allowed */

/* NULL for journal is allowed: nothing is written. payload: the text of a JSON object. */
void account_journal_event(struct account_journal *journal, const char *topic, const char *payload);
void account_journal_thing(struct account_journal *journal, const char *thing_name);
void account_journal_connection(struct account_journal *journal, const char *client_id, bool connected,
                                long long at_ms);

#endif
