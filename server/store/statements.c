/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/statements.h"

#include <stddef.h>

#define OPEN "ended_at IS NULL"
#define BOTH(text)                                                                                           \
    {                                                                                                        \
        text, text                                                                                           \
    }
/* Inserts one row; see database_insert(). */
#define INSERT(key, text)                                                                                    \
    {                                                                                                        \
        text, text " RETURNING " key                                                                         \
    }
/* Reads a claim on whose state the next statements depend. PostgreSQL has several writers: no other may
 * change the claim, or end it, until this transaction has ended. Names the claim c. */
#define LOCKS(text)                                                                                          \
    {                                                                                                        \
        text, text " FOR NO KEY UPDATE OF c"                                                                 \
    }
#define COUNT_NAMES "queued, published, onboarded, expired, failed, cancelled"
#define COUNT_SUMS                                                                                           \
    "coalesce(sum(queued), 0), coalesce(sum(published), 0), coalesce(sum(onboarded), 0),"                    \
    " coalesce(sum(expired), 0), coalesce(sum(failed), 0), coalesce(sum(cancelled), 0)"

/* Claims for the name that an arrival can change. Few columns, few rows: most arrivals are not wanted. */
#define WANTED(name)                                                                                         \
    "SELECT 1 FROM (SELECT claim_id FROM deliveries WHERE thing_name = " name                                \
    " ORDER BY claim_id DESC LIMIT 32) d JOIN claims c ON c.id = d.claim_id WHERE c.endpoint = $2"           \
    " AND c.state <> 'cancelled'"                                                                            \
    " AND (c.state <> 'onboarded' OR c.connected_at IS NULL OR c.provisioned_at IS NULL)"

/* Texts for SQLite and for PostgreSQL. */
static const char *const texts[STATEMENT_COUNT][2] = {
    /* The open claim for this thing name, in the form of any staging account. A new claim is made only if
     * none is open, so only the last claim can be open. LIMIT keeps the query fast for a thing with 300,000
     * ended claims. */
    [SQL_CLAIM_OPEN_FOR_THING] =
        LOCKS("SELECT c.id, c.endpoint, c.state, c.expires_at, c.provisioned_at"
              " FROM (SELECT claim_id FROM deliveries WHERE thing_name = $1 ORDER BY claim_id DESC LIMIT 8) d"
              " JOIN claims c ON c.id = d.claim_id WHERE c." OPEN " ORDER BY c.id DESC LIMIT 1"),
    [SQL_CLAIM_LOCK] = LOCKS("SELECT 1 FROM claims c WHERE c.id = $1"),
    [SQL_CLAIM_ONBOARDED_BEFORE] =
        BOTH("SELECT 1 FROM claims WHERE thing_name = $1 AND state = 'onboarded' LIMIT 1"),
    /* No row: another portal was faster. */
    [SQL_CLAIM_INSERT] = INSERT(
        "id",
        "INSERT INTO claims (thing_name, endpoint, state, accepted_at, expires_at, onboarded_before)"
        " VALUES ($1, $2, 'queued', $3, $4, $5) ON CONFLICT (thing_name) WHERE ended_at IS NULL DO NOTHING"),
    [SQL_CLAIM_PUBLISHED] =
        BOTH("UPDATE claims SET state = 'published', attempts = attempts + 1, published_at = $2"
             " WHERE id = $1 AND state = 'queued'"),
    [SQL_CLAIM_PUBLISHED_AGAIN] =
        BOTH("UPDATE claims SET attempts = attempts + 1 WHERE id = $1 AND state = 'published'"),
    [SQL_CLAIM_ENDED] = BOTH("UPDATE claims SET state = $2, ended_at = $3 WHERE id = $1 AND state = $4"),
    /* The places in the list of names. */
    [SQL_ARRIVALS_WANTED] = {"SELECT n.key FROM json_each($1) n WHERE EXISTS (" WANTED("n.value") ")",
                             "SELECT n.place - 1 FROM unnest($1::text[]) WITH ORDINALITY AS n (name, place)"
                             " WHERE EXISTS (" WANTED("n.name") ")"},
    /* The last claim for the thing. Earlier claims do not count, and cancelled ones are ignored. An expired
     * claim whose device arrives late has still arrived. */
    [SQL_CLAIM_FOR_ARRIVAL] = LOCKS(
        "SELECT c.id, c.state, c.accepted_at, c.provisioned_at, c.connected_at"
        " FROM (SELECT claim_id FROM deliveries WHERE thing_name = $1 ORDER BY claim_id DESC LIMIT 32) d"
        " JOIN claims c ON c.id = d.claim_id WHERE c.endpoint = $2 ORDER BY c.id DESC LIMIT 1"),
    [SQL_CLAIM_PROVISIONED] =
        BOTH("UPDATE claims SET provisioned_at = $2 WHERE id = $1 AND provisioned_at IS NULL"),
    [SQL_CLAIM_CONNECTED] =
        BOTH("UPDATE claims SET connected_at = $2 WHERE id = $1 AND connected_at IS NULL"),
    [SQL_CLAIMS_DUE_TO_EXPIRE] = BOTH("SELECT id, state FROM claims WHERE " OPEN " AND expires_at <= $1"
                                      " AND provisioned_at IS NULL ORDER BY expires_at LIMIT $2"),
    [SQL_CLAIMS_PROVISIONED_SINCE] =
        BOTH("SELECT id, state FROM claims WHERE " OPEN
             " AND provisioned_at IS NOT NULL AND provisioned_at <= $1 ORDER BY id LIMIT $2"),
    [SQL_CLAIM_OLDEST_OPEN] =
        BOTH("SELECT accepted_at FROM claims WHERE " OPEN " ORDER BY expires_at LIMIT 1"),

    [SQL_COUNTS] = BOTH("SELECT " COUNT_SUMS " FROM claim_counts"),
    /* SQLite has one writer and one row; PostgreSQL has several writers and one row for each transaction. */
    [SQL_COUNTS_CHANGE] = {"UPDATE claim_counts SET queued = queued + $3, published = published + $4,"
                           " onboarded = onboarded + $5, expired = expired + $6, failed = failed + $7, "
                           "cancelled = cancelled + $8,"
                           " last_claim = coalesce((SELECT max(id) FROM claims), 0)"
                           " WHERE token = '' AND $1 <> '' AND $2 > 0",
                           "INSERT INTO claim_counts (token, made_at, " COUNT_NAMES ", last_claim)"
                           " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0)"},
    [SQL_COUNTS_FIND] = BOTH("SELECT 1 FROM claim_counts WHERE token = $1"),
    [SQL_COUNTS_JOIN] = {NULL, "WITH old AS (DELETE FROM claim_counts WHERE made_at < $1 RETURNING *)"
                               " INSERT INTO claim_counts (token, made_at, " COUNT_NAMES ", last_claim)"
                               " SELECT $2, 0, " COUNT_SUMS ", 0 FROM old HAVING count(*) > 0"},
    /* Returns a row if an older program, which does not update the counts, has changed claims. */
    [SQL_COUNTS_CHECK] = {"SELECT 1 FROM claim_counts WHERE token = ''"
                          " AND (last_claim <> coalesce((SELECT max(id) FROM claims), 0)"
                          " OR queued + published <> (SELECT count(*) FROM claims WHERE " OPEN "))",
                          NULL},
    [SQL_COUNTS_ANEW] =
        {"UPDATE claim_counts SET (" COUNT_NAMES ", last_claim) ="
         " (SELECT count(*) FILTER (WHERE state = 'queued'), count(*) FILTER (WHERE state = 'published'),"
         " count(*) FILTER (WHERE state = 'onboarded'), count(*) FILTER (WHERE state = 'expired'),"
         " count(*) FILTER (WHERE state = 'failed'), count(*) FILTER (WHERE state = 'cancelled'),"
         " coalesce(max(id), 0) FROM claims) WHERE token = ''",
         NULL},

    [SQL_DELIVERY_INSERT] = BOTH("INSERT INTO deliveries (claim_id, staging, thing_name, endpoint, due_at)"
                                 " VALUES ($1, $2, $3, $4, $5)"),
    /* One statement, so that two portals never lease the same delivery. */
    [SQL_DELIVERIES_LEASE] =
        {"UPDATE deliveries SET leased_by = $3, leased_until = $4 WHERE staging = $1 AND claim_id IN"
         " (SELECT claim_id FROM deliveries WHERE staging = $1 AND due_at <= $2 AND leased_until <= $2"
         " ORDER BY due_at LIMIT $5) RETURNING claim_id, thing_name, endpoint, attempts, refusals, due_at",
         "UPDATE deliveries SET leased_by = $3, leased_until = $4 WHERE ctid = ANY(ARRAY"
         " (SELECT ctid FROM deliveries WHERE staging = $1 AND due_at <= $2 AND leased_until <= $2"
         " ORDER BY due_at LIMIT $5 FOR UPDATE SKIP LOCKED))"
         " RETURNING claim_id, thing_name, endpoint, attempts, refusals, due_at"},
    [SQL_DELIVERY_NEXT_DUE] = BOTH("SELECT due_at FROM deliveries WHERE staging = $1 AND due_at IS NOT NULL"
                                   " AND leased_until <= $2 ORDER BY due_at LIMIT 1"),
    [SQL_DELIVERY_ACKNOWLEDGED] =
        BOTH("UPDATE deliveries SET attempts = attempts + 1, refusals = 0, due_at = $3, leased_until = 0"
             " WHERE claim_id = $1 AND staging = $2 AND due_at IS NOT NULL"),
    [SQL_DELIVERY_RELEASE] =
        BOTH("UPDATE deliveries SET due_at = CASE WHEN due_at > $3 THEN due_at ELSE $3 END, leased_until = 0"
             " WHERE claim_id = $1 AND staging = $2 AND due_at IS NOT NULL"),
    [SQL_DELIVERY_REFUSED] =
        BOTH("UPDATE deliveries SET refusals = refusals + 1, due_at = $3, leased_until = 0"
             " WHERE claim_id = $1 AND staging = $2 AND due_at IS NOT NULL"),
    [SQL_DELIVERY_CLOSE] =
        BOTH("UPDATE deliveries SET due_at = NULL, leased_until = 0 WHERE claim_id = $1 AND staging = $2"),
    [SQL_DELIVERIES_CLOSE] =
        BOTH("UPDATE deliveries SET due_at = NULL, leased_until = 0 WHERE claim_id = $1"),
    [SQL_DELIVERIES_LEFT] =
        BOTH("SELECT 1 FROM deliveries WHERE claim_id = $1 AND due_at IS NOT NULL LIMIT 1"),
    [SQL_LEASES_CLEAR] = BOTH("UPDATE deliveries SET leased_until = 0 WHERE due_at IS NOT NULL"
                              " AND leased_until > 0 AND leased_by = $1"),

    /* No row: another portal was faster with this idempotency key. */
    [SQL_REGISTRATION_INSERT] =
        INSERT("claim_id", "INSERT INTO registrations (token, claim_id, accepted_at, contact_name, "
                           "contact_email, idempotency_key,"
                           " request_digest) VALUES ($1, $2, $3, $4, $5, $6, $7)"
                           " ON CONFLICT (idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING"),
    /* After a retry its claim is newer than the registration, and the retry is what was accepted last. */
    [SQL_REGISTRATION_BY_TOKEN] =
        BOTH("SELECT c.thing_name, c.endpoint, c.state,"
             " CASE WHEN c.accepted_at > r.accepted_at THEN c.accepted_at ELSE r.accepted_at END,"
             " c.published_at, c.provisioned_at,"
             " c.connected_at, c.ended_at, c.expires_at, c.attempts, c.onboarded_before, r.cancelled_at, c.id"
             " FROM registrations r JOIN claims c ON c.id = r.claim_id WHERE r.token = $1"),
    [SQL_REGISTRATION_BY_KEY] =
        BOTH("SELECT token, request_digest FROM registrations WHERE idempotency_key = $1"),
    /* Its own time stays: the retention of its contact and key counts from there. */
    [SQL_REGISTRATION_MOVE] =
        BOTH("UPDATE registrations SET claim_id = $2, cancelled_at = NULL WHERE token = $1"),
    [SQL_REGISTRATION_CANCEL] = BOTH("UPDATE registrations SET cancelled_at = $2 WHERE token = $1"),
    [SQL_REGISTRATIONS_LEFT] =
        BOTH("SELECT 1 FROM registrations WHERE claim_id = $1 AND cancelled_at IS NULL LIMIT 1"),
    [SQL_REGISTRATIONS_BY_EMAIL] =
        BOTH("SELECT token FROM registrations WHERE lower(contact_email) = lower($1)"
             " AND contact_email IS NOT NULL ORDER BY token LIMIT $2"),
    [SQL_REGISTRATION_ERASE] = BOTH("DELETE FROM registrations WHERE token = $1"),

    /* Finds what is known about these thing names ($1) and idempotency keys ($2). Each LIMIT makes the
     * planner use the indexes, whatever its statistics say. */
    [SQL_SET_KNOWN] = {NULL,
                       "SELECT 'open', name FROM unnest($1::text[]) AS names (name), LATERAL"
                       " (SELECT claim_id FROM deliveries WHERE thing_name = name"
                       " ORDER BY claim_id DESC LIMIT 8) d, LATERAL"
                       " (SELECT 1 FROM claims WHERE id = d.claim_id AND " OPEN " LIMIT 1) c"
                       " UNION ALL SELECT 'onboarded', name FROM unnest($1::text[]) AS names (name), LATERAL"
                       " (SELECT 1 FROM claims WHERE thing_name = name AND state = 'onboarded' LIMIT 1) c"
                       " UNION ALL SELECT 'key', idempotency_key FROM registrations"
                       " WHERE idempotency_key = ANY($2::text[])"},
    [SQL_SET_CLAIMS_INSERT] =
        {NULL, "INSERT INTO claims (thing_name, endpoint, state, accepted_at, expires_at, onboarded_before)"
               " SELECT thing, endpoint, 'queued', at, expires, before FROM unnest($1::text[], $2::text[],"
               " $3::bigint[], $4::bigint[], $5::bigint[]) AS u (thing, endpoint, at, expires, before)"
               " ORDER BY thing"
               " ON CONFLICT (thing_name) WHERE ended_at IS NULL DO NOTHING RETURNING id, thing_name"},
    [SQL_SET_REGISTRATIONS_INSERT] =
        {NULL, "WITH made AS (INSERT INTO deliveries (claim_id, staging, thing_name, endpoint, due_at)"
               " SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[]))"
               " INSERT INTO registrations (token, claim_id, accepted_at, contact_name, contact_email,"
               " idempotency_key, request_digest) SELECT * FROM unnest($6::text[], $7::bigint[],"
               " $8::bigint[], $9::text[], $10::text[], $11::text[], $12::text[])"},

    /* Reads claims in the order in which they were accepted, so that it can stop at the first one that is too
     * young. */
    [SQL_RETENTION_CLAIMS] =
        BOTH("SELECT id, accepted_at, ended_at FROM claims WHERE id > $1 ORDER BY id LIMIT $2"),
    [SQL_RETENTION_REGISTRATIONS_DELETE] =
        {"DELETE FROM registrations WHERE claim_id IN (SELECT value FROM json_each($1))",
         "DELETE FROM registrations WHERE claim_id = ANY($1::bigint[])"},
    [SQL_RETENTION_DELIVERIES_DELETE] =
        {"DELETE FROM deliveries WHERE claim_id IN (SELECT value FROM json_each($1))",
         "DELETE FROM deliveries WHERE claim_id = ANY($1::bigint[])"},
    [SQL_RETENTION_CLAIMS_DELETE] =
        {"DELETE FROM claims WHERE id IN (SELECT value FROM json_each($1)) RETURNING state",
         "DELETE FROM claims WHERE id = ANY($1::bigint[]) RETURNING state"},
    [SQL_RETENTION_CONTACTS] =
        BOTH("UPDATE registrations SET contact_name = NULL, contact_email = NULL WHERE token IN"
             " (SELECT token FROM registrations WHERE (contact_name IS NOT NULL OR contact_email IS NOT NULL)"
             " AND accepted_at < $1 ORDER BY accepted_at LIMIT $2)"),
    [SQL_RETENTION_KEYS] =
        BOTH("UPDATE registrations SET idempotency_key = NULL, request_digest = NULL WHERE token IN"
             " (SELECT token FROM registrations WHERE idempotency_key IS NOT NULL AND accepted_at < $1"
             " ORDER BY accepted_at LIMIT $2)"),
    [SQL_TIME] = {NULL, "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint"},
};

const char *statement_text(enum statement statement, enum dialect dialect)
{
    return texts[statement][dialect];
}
