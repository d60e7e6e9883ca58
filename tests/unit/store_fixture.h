/* SPDX-License-Identifier: Apache-2.0 */
/* A store in a folder of its own for each test, and the jobs of claims.h and registrations.h as plain calls.
 * Every call waits for its commit. The store is a new SQLite file, or where EXPRESSLINK_TEST_POSTGRESQL names
 * a database (tests/with_postgresql), that one, emptied. */
#ifndef TESTS_UNIT_STORE_FIXTURE_H
#define TESTS_UNIT_STORE_FIXTURE_H

#include "server/store/claim_counts.h"
#include "server/store/claims.h"
#include "server/store/crowding.h"
#include "server/store/registrations.h"
#include "server/store/store.h"
#include "tests/unit/test.h"

#define THING "0123456789abcdef0123456789abcdef"
#define OTHER_THING "fedcba9876543210fedcba9876543210"
#define WINDOW_MS 900000LL
#define NOON 1700000000000LL
#define SECOND 1000LL

struct store_fixture {
    char folder[32];
    char path[64]; /* of the database file */
    char url[256];
    struct store *store; /* NULL: closed */
};
extern struct store_fixture fixture;
extern const struct owners_rules *fixture_owners; /* an option of the store; NULL at first */

int fixture_begin(void **state);
int fixture_end(void **state);
void fixture_open(void);
/* For a store at this url; borrowed until the next call. */
const struct store_options *fixture_options(const char *url);
void fixture_close(void);

/* Says the names of the errors where they differ. */
void assert_store_error(enum store_error got, enum store_error wanted, const char *what, int line);
#define ASSERT_ERROR(call, wanted) assert_store_error(call, wanted, #call, __LINE__)
#define ASSERT_OK(call) ASSERT_ERROR(call, STORE_OK)
#define ASSERT_STATE(got, wanted) assert_string_equal(claim_state_name(got), claim_state_name(wanted))
/* queued, published, onboarded, expired, failed, cancelled */
#define ASSERT_COUNTS(...) assert_claim_counts((const long long[CLAIM_STATE_COUNT]){__VA_ARGS__}, __LINE__)
void assert_claim_counts(const long long *wanted, int line);

/* For the thing at staging account "a", with a token that nobody else has. */
struct registration_request request_for(const char *thing_name, const char *endpoint, long long now);
void request_also_at(struct registration_request *request, const char *staging, const char *thing_name);

enum store_error do_add(const struct registration_request *request, struct registration *out);
enum store_error do_retry(const struct registration_request *request, struct registration *out);
enum store_error do_find(const char *token, struct registration *out);
enum store_error do_cancel(const char *token, long long now, struct registration *out);
/* These must go well. */
struct registration added(const struct registration_request *request);
struct registration found(const char *token);

struct taken {
    struct delivery list[8]; /* the oldest claims first */
    struct delivery_turn turns[8];
    size_t count;
};
/* Takes what is offered at now; it is offered again at `again`. */
struct taken take(const char *staging, long long now, long long again, size_t room);
/* Takes for ten seconds and expects exactly one; returns its claim. */
long long take_one(const char *staging, long long now);
/* Whether anything is offered. */
bool is_due(const char *staging, long long now);
void acknowledge(const char *staging, long long claim_id, long long now, long long again);
void refuse(const char *staging, long long claim_id, long long now, long long again, bool give_up);
/* "It's on now"; whether it is offered at once. */
bool press(long long claim_id, long long now);
void end_claim(long long claim_id, enum claim_state from, enum claim_state to, long long now);
/* The claim that this made onboarded, 0: none. Slack is five seconds. */
long long arrive(const char *endpoint, enum presence_kind kind, const char *thing_name, long long at,
                 long long now);
size_t settle(long long created_before, long long now);
size_t expire(long long now, size_t limit);
long long oldest_open(void);

#endif
