/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/statements.h"

#define OPEN "ended_at IS NULL"

const char *const statement_texts[STATEMENT_COUNT] = {
    [SQL_BEGIN] = "BEGIN IMMEDIATE",
    [SQL_COMMIT] = "COMMIT",
    [SQL_ROLLBACK] = "ROLLBACK",
    [SQL_JOB_BEGIN] = "SAVEPOINT job",
    [SQL_JOB_END] = "RELEASE job",
    [SQL_JOB_UNDO] = "ROLLBACK TO job",

    /* The claim that waits for this thing, whatever staging account's form the name is in. */
    [SQL_CLAIM_OPEN_FOR_THING] = "SELECT c.id, c.endpoint, c.state, c.expires_at FROM deliveries d"
                                 " JOIN claims c ON c.id = d.claim_id"
                                 " WHERE d.thing_name = ?1 AND c." OPEN " LIMIT 1",
    [SQL_CLAIM_ONBOARDED_BEFORE] =
        "SELECT 1 FROM claims WHERE thing_name = ?1 AND state = 'onboarded' LIMIT 1",
    [SQL_CLAIM_INSERT] =
        "INSERT INTO claims (thing_name, endpoint, state, accepted_at, expires_at, onboarded_before)"
        " VALUES (?1, ?2, 'queued', ?3, ?4, ?5)",
    [SQL_CLAIM_PUBLISHED] =
        "UPDATE claims SET state = 'published', attempts = attempts + 1, published_at = ?2"
        " WHERE id = ?1 AND state = 'queued'",
    [SQL_CLAIM_PUBLISHED_AGAIN] =
        "UPDATE claims SET attempts = attempts + 1 WHERE id = ?1 AND state = 'published'",
    [SQL_CLAIM_ENDED] = "UPDATE claims SET state = ?2, ended_at = ?3 WHERE id = ?1 AND state = ?4",
    /* The last claim for the thing: an older one's device may be back, a cancelled one is nobody's. An
     * expired one whose device comes late has arrived all the same. */
    [SQL_CLAIM_FOR_ARRIVAL] =
        "SELECT c.id, c.state, c.accepted_at, c.provisioned_at, c.connected_at FROM deliveries d"
        " JOIN claims c ON c.id = d.claim_id WHERE d.thing_name = ?1 AND c.endpoint = ?2"
        " ORDER BY c.id DESC LIMIT 1",
    [SQL_CLAIM_PROVISIONED] =
        "UPDATE claims SET provisioned_at = ?2 WHERE id = ?1 AND provisioned_at IS NULL",
    [SQL_CLAIM_CONNECTED] = "UPDATE claims SET connected_at = ?2 WHERE id = ?1 AND connected_at IS NULL",
    [SQL_CLAIMS_DUE_TO_EXPIRE] = "SELECT id, state FROM claims WHERE " OPEN " AND expires_at <= ?1"
                                 " AND provisioned_at IS NULL ORDER BY expires_at LIMIT ?2",
    [SQL_CLAIMS_PROVISIONED_SINCE] = "SELECT id, state FROM claims WHERE " OPEN
                                     " AND provisioned_at IS NOT NULL AND provisioned_at <= ?1 LIMIT ?2",
    [SQL_CLAIM_COUNTS] = "SELECT state, count(*) FROM claims GROUP BY state",
    [SQL_CLAIM_OLDEST_OPEN] = "SELECT accepted_at FROM claims WHERE " OPEN " ORDER BY expires_at LIMIT 1",

    [SQL_DELIVERY_INSERT] = "INSERT INTO deliveries (claim_id, staging, thing_name, endpoint, due_at)"
                            " VALUES (?1, ?2, ?3, ?4, ?5)",
    [SQL_DELIVERIES_DUE] =
        "SELECT claim_id, thing_name, endpoint, attempts, refusals FROM deliveries"
        " WHERE staging = ?1 AND due_at <= ?2 AND leased_until <= ?2 ORDER BY due_at LIMIT ?3",
    [SQL_DELIVERY_LEASE] =
        "UPDATE deliveries SET leased_by = ?3, leased_until = ?4 WHERE claim_id = ?1 AND staging = ?2",
    /* Both are indexed together, so a leased row is stepped over without being read. */
    [SQL_DELIVERY_NEXT_DUE] = "SELECT due_at FROM deliveries WHERE staging = ?1 AND due_at IS NOT NULL"
                              " AND leased_until <= ?2 ORDER BY due_at LIMIT 1",
    [SQL_DELIVERY_ACKNOWLEDGED] =
        "UPDATE deliveries SET attempts = attempts + 1, refusals = 0, due_at = ?3, leased_until = 0"
        " WHERE claim_id = ?1 AND staging = ?2 AND due_at IS NOT NULL",
    [SQL_DELIVERY_RELEASE] = "UPDATE deliveries SET due_at = max(due_at, ?3), leased_until = 0"
                             " WHERE claim_id = ?1 AND staging = ?2 AND due_at IS NOT NULL",
    [SQL_DELIVERY_REFUSED] = "UPDATE deliveries SET refusals = refusals + 1, due_at = ?3, leased_until = 0"
                             " WHERE claim_id = ?1 AND staging = ?2 AND due_at IS NOT NULL",
    [SQL_DELIVERY_CLOSE] =
        "UPDATE deliveries SET due_at = NULL, leased_until = 0 WHERE claim_id = ?1 AND staging = ?2",
    [SQL_DELIVERIES_CLOSE] = "UPDATE deliveries SET due_at = NULL, leased_until = 0 WHERE claim_id = ?1",
    [SQL_DELIVERIES_LEFT] = "SELECT 1 FROM deliveries WHERE claim_id = ?1 AND due_at IS NOT NULL LIMIT 1",
    [SQL_LEASES_CLEAR] =
        "UPDATE deliveries SET leased_until = 0 WHERE due_at IS NOT NULL AND leased_until > 0"
        " AND leased_by = ?1",

    [SQL_REGISTRATION_INSERT] =
        "INSERT INTO registrations (token, claim_id, accepted_at, contact_name,"
        " contact_email, idempotency_key, request_digest) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    [SQL_REGISTRATION_BY_TOKEN] =
        "SELECT c.thing_name, c.endpoint, c.state, r.accepted_at, c.published_at, c.provisioned_at, "
        "c.connected_at,"
        " c.ended_at, c.expires_at, c.attempts, c.onboarded_before, r.cancelled_at, c.id"
        " FROM registrations r JOIN claims c ON c.id = r.claim_id WHERE r.token = ?1",
    [SQL_REGISTRATION_BY_KEY] = "SELECT token, request_digest FROM registrations WHERE idempotency_key = ?1",
    [SQL_REGISTRATION_MOVE] = "UPDATE registrations SET claim_id = ?2, accepted_at = ?3, cancelled_at = NULL"
                              " WHERE token = ?1",
    [SQL_REGISTRATION_CANCEL] = "UPDATE registrations SET cancelled_at = ?2 WHERE token = ?1",
    [SQL_REGISTRATIONS_LEFT] =
        "SELECT 1 FROM registrations WHERE claim_id = ?1 AND cancelled_at IS NULL LIMIT 1",
};
