/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/statements.h"

#include <stddef.h>

#include "ownership/proof.h"

#define OPEN "ended_at IS NULL"
#define BOTH(text)                                                                                           \
    {                                                                                                        \
        text, text                                                                                           \
    }
/* Deletes from a table what it has about things whose last claim is among $1, and for which nobody is
 * registered any more: a claim for a device that was online already has no deliveries. */
#define FORGET(table)                                                                                        \
    {                                                                                                        \
        "DELETE FROM " table " WHERE thing_name IN (SELECT thing_name FROM deliveries WHERE claim_id IN"     \
        " (SELECT value FROM json_each($1)) UNION SELECT thing_name FROM claims WHERE id IN"                 \
        " (SELECT value FROM json_each($1))) AND NOT EXISTS (SELECT 1 FROM deliveries d"                     \
        " WHERE d.thing_name = " table ".thing_name AND d.claim_id NOT IN"                                   \
        " (SELECT value FROM json_each($1))) AND NOT EXISTS"                                                 \
        " (SELECT 1 FROM registrations r WHERE r.thing_name = " table ".thing_name)",                        \
            "DELETE FROM " table " k WHERE k.thing_name = ANY(ARRAY(SELECT thing_name FROM deliveries"       \
            " WHERE claim_id = ANY($1::bigint[]) UNION SELECT thing_name FROM claims"                        \
            " WHERE id = ANY($1::bigint[]))) AND NOT EXISTS (SELECT 1 FROM deliveries d"                     \
            " WHERE d.thing_name = k.thing_name AND d.claim_id <> ALL($1::bigint[])) AND NOT EXISTS"         \
            " (SELECT 1 FROM registrations r WHERE r.thing_name = k.thing_name)"                             \
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
/* The database's clock. In PostgreSQL terms are granted by the time at which the transaction began, so that
 * all of a transaction end together; what is left of one is told by the time of now. */
#define NOW_SQLITE "CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)"
#define NOW_BEGUN "(extract(epoch FROM now()) * 1000)::bigint"
#define NOW_POSTGRESQL "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"
#define LEADER(now) "SELECT holder, term, ends_at - " now " FROM leaders WHERE name = $1"
#define LEADER_SET(now, what) "UPDATE leaders SET " what "ends_at = " now " + $3 WHERE name = $1"
#define COUNT_NAMES "queued, published, onboarded, expired, failed, cancelled"
#define COUNT_SUMS                                                                                           \
    "coalesce(sum(queued), 0), coalesce(sum(published), 0), coalesce(sum(onboarded), 0),"                    \
    " coalesce(sum(expired), 0), coalesce(sum(failed), 0), coalesce(sum(cancelled), 0)"

/* The last claims for the name at the OEM account $2. */
#define CLAIMS_THERE(name)                                                                                   \
    "(SELECT claim_id FROM deliveries WHERE thing_name = " name                                              \
    " ORDER BY claim_id DESC LIMIT 32) d JOIN claims c ON c.id = d.claim_id WHERE c.endpoint = $2"
/* Those that an arrival can change, or whose device is not known to be connected or not. Few columns, few
 * rows: most arrivals are not wanted. */
#define WANTED(name)                                                                                         \
    "SELECT 1 FROM " CLAIMS_THERE(                                                                           \
        name) " AND c.state <> 'cancelled'"                                                                  \
              " AND (c.state <> 'onboarded' OR c.connected_at IS NULL OR c.provisioned_at IS NULL"           \
              " OR NOT EXISTS (SELECT 1 FROM connections k WHERE k.thing_name = " name                       \
              " AND k.endpoint = $2))"
#define CONNECTION_COLUMNS "is_connected, happened_at, session, version"

/* What decides about a claim's turn. */
#define TURN_COLUMNS "claim_id, accepted_at, published_at, pressed_at, attempts, network"
#define LOOK(among)                                                                                          \
    "SELECT d.claim_id, d.thing_name, d.endpoint, d.attempts, d.refusals,"                                   \
    " CASE WHEN d.due_at IS NULL THEN 1 ELSE 0 END, c.state FROM deliveries d JOIN claims c ON c.id = "      \
    "d.claim_id WHERE d.staging = $1 AND d.claim_id " among
/* What these staging accounts tell: of one that is no longer configured nothing changes any more. The name of
 * its leader is 'staging/NAME'. */
#define CROWDED(among)                                                                                       \
    "SELECT network, max(open), max(waiting) FROM networks WHERE (open >= $1 OR waiting > 0)"                \
    " AND staging " among " GROUP BY network ORDER BY network LIMIT $2"
#define LONGEST(among)                                                                                       \
    "SELECT queue_since, queue_middle, queue_until, queue_ms FROM leaders WHERE queue_ms > 0 AND "           \
    "substr(name, 9) " among " ORDER BY queue_ms DESC LIMIT 1"
#define INVENTORY_CELLS "thing_name, serial, gtin, batch, code, product, changed_at"
#define INVENTORY_SELECT "SELECT " INVENTORY_CELLS " FROM inventory WHERE "
#define INVENTORY_LIST                                                                                       \
    "unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])"                         \
    " AS u (thing, serial, gtin, batch, code, product)"
/* Nothing more to publish; from where it was claimed need no longer be known. */
#define CLOSED "due_at = NULL, network = NULL, leased_until = 0"

/* Registrations with what the rules need of them and of their claims. */
#define PARTY_COLUMNS                                                                                        \
    "r.token, r.endpoint, r.product, r.standing, r.proofs, r.due_at, r.asked_at, r.challenge_at,"            \
    " r.challenge_until, r.challenge_off_at, r.challenge_on_at, r.challenges, r.accepted_at,"                \
    " r.cancelled_at, c.state, c.ended_at, c.expires_at, c.already_online"
/* Those that own the device or may become its owner, and not those that ended with their claim; and those who
 * were asked for a power cycle. */
#define PARTY_LIVES                                                                                          \
    "(r.standing IN ('owner', 'asking', 'disputed') OR r.challenge_until >= $2"                              \
    " OR (r.standing = 'waiting' AND r.cancelled_at IS NULL"                                                 \
    " AND (r.due_at IS NOT NULL OR c.ended_at IS NULL OR c.state = 'onboarded')))"
/* As in the index registrations_thing_telling of migration 5. */
_Static_assert(PROOFS_TELLING == 66, "the number in PARTIES_OF and in an index");
/* However often one device was asked for: its owner, whom the rules never miss; those that change next, that
 * were asked for a power cycle, or that have shown a telling proof (PROOFS_TELLING); and of the others some
 * that have asked, and the newest. */
#define PARTIES_OF(name)                                                                                     \
    "SELECT owner AS token FROM devices WHERE thing_name = " name " AND owner IS NOT NULL"                   \
    " UNION SELECT token FROM (SELECT token FROM registrations WHERE thing_name = " name                     \
    " AND due_at IS NOT NULL ORDER BY due_at LIMIT 64) a"                                                    \
    " UNION SELECT token FROM (SELECT token FROM registrations WHERE thing_name = " name                     \
    " AND challenge_until IS NOT NULL ORDER BY challenge_until DESC LIMIT 64) b"                             \
    " UNION SELECT token FROM (SELECT token FROM registrations WHERE thing_name = " name                     \
    " AND proofs & 66 <> 0 AND standing IN ('waiting', 'asking', 'disputed') LIMIT 64) c"                    \
    " UNION SELECT token FROM (SELECT token FROM registrations WHERE thing_name = " name                     \
    " AND standing IN ('owner', 'asking', 'disputed') LIMIT 256) d"                                          \
    " UNION SELECT token FROM (SELECT token FROM registrations WHERE thing_name = " name                     \
    " ORDER BY accepted_at DESC LIMIT 256) e"
#define DEVICE_COLUMNS "owner, owned_at, contested, arrived_at, endpoint, hand_over, hand_over_until"
/* When a device arrived of which no arrival has been recorded as one of a device. */
#define LAST_ARRIVAL                                                                                         \
    "CASE WHEN d.arrived_at IS NULL THEN (SELECT max(ended_at) FROM claims WHERE thing_name = d.thing_name"  \
    " AND state = 'onboarded' AND already_online = 0 AND ended_at < $2) END"
#define DEVICES_SQLITE                                                                                       \
    "SELECT n.key, " DEVICE_COLUMNS ", " LAST_ARRIVAL                                                        \
    " FROM json_each($1) n CROSS JOIN devices d ON d.thing_name = n.value"
#define DEVICES_POSTGRESQL(lock)                                                                             \
    "SELECT n.place - 1, " DEVICE_COLUMNS ", " LAST_ARRIVAL                                                  \
    " FROM unnest($1::text[]) WITH ORDINALITY AS n (name, place), LATERAL"                                   \
    " (SELECT thing_name, " DEVICE_COLUMNS " FROM devices WHERE thing_name = n.name LIMIT 1" lock ") d"
#define PARTIES_ARRAY "ARRAY(" PARTIES_OF("n.name") ")"
#define BY_PERSON(among)                                                                                     \
    "SELECT token FROM registrations WHERE token " among " AND (browser = nullif(CAST($2 AS BIGINT), 0)"     \
    " OR person_id = nullif(CAST($3 AS BIGINT), 0)) AND (person_id IS NULL OR CAST($3 AS BIGINT) = 0"        \
    " OR person_id = CAST($3 AS BIGINT)) AND (standing = 'owner' OR (cancelled_at IS NULL AND"               \
    " standing IN ('waiting', 'asking', 'disputed'))) ORDER BY standing = 'owner' DESC, accepted_at DESC"    \
    " LIMIT 1"
/* In every form of its identifier. */
#define CHALLENGED                                                                                           \
    "WITH things AS (SELECT DISTINCT thing_name FROM (SELECT thing_name FROM registrations"                  \
    " WHERE challenge_until >= $2 ORDER BY challenge_until DESC LIMIT 1000) r),"                             \
    " forms AS (SELECT thing_name AS form, thing_name AS thing FROM things UNION SELECT d.thing_name,"       \
    " t.thing_name FROM things t JOIN deliveries e ON e.thing_name = t.thing_name"                           \
    " JOIN deliveries d ON d.claim_id = e.claim_id) "
#define DUE                                                                                                  \
    "SELECT DISTINCT thing_name FROM (SELECT thing_name FROM registrations WHERE due_at IS NOT NULL"         \
    " AND due_at <= $1 AND thing_name IS NOT NULL ORDER BY due_at LIMIT $2) d"
#define OLD                                                                                                  \
    "SELECT c.id, c.thing_name, CASE WHEN c.state = 'onboarded' AND c.already_online = 0 THEN 1 ELSE 0 END"  \
    " FROM (SELECT claim_id FROM registrations WHERE thing_name IS NULL ORDER BY claim_id LIMIT $1) r"       \
    " JOIN claims c ON c.id = r.claim_id ORDER BY "
#define ADOPT                                                                                                \
    "UPDATE registrations SET standing = 'waiting', proofs = 1,"                                             \
    " thing_name = (SELECT c.thing_name FROM claims c WHERE c.id = registrations.claim_id),"                 \
    " endpoint = (SELECT c.endpoint FROM claims c WHERE c.id = registrations.claim_id)"                      \
    " WHERE thing_name IS NULL AND claim_id "

/* Texts for SQLite and for PostgreSQL. */
static const char *const texts[STATEMENT_COUNT][2] = {
    /* The open claim for this thing name, in the form of any staging account. A new claim is made only if
     * none is open, so only the last claim can be open. LIMIT keeps the query fast for a thing with 300,000
     * ended claims. */
    [SQL_CLAIM_OPEN_FOR_THING] =
        LOCKS("SELECT c.id, c.endpoint, c.state, c.expires_at, c.provisioned_at, c.onboarded_before"
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
    [SQL_CLAIM_INSERT_ONLINE] =
        INSERT("id", "INSERT INTO claims (thing_name, endpoint, state, accepted_at, ended_at, expires_at,"
                     " onboarded_before, already_online) VALUES ($1, $2, 'onboarded', $3, $3, $4, 1, 1)"),
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
    [SQL_CLAIMS_UNSEEN] =
        BOTH("SELECT c.expires_at, c.id, d.thing_name FROM (SELECT id, expires_at FROM claims WHERE " OPEN
             " AND (expires_at, id) > ($2, $3) AND endpoint = $1 AND state = 'published'"
             " AND published_at <= $4 ORDER BY expires_at, id LIMIT $5) c"
             " JOIN deliveries d ON d.claim_id = c.id ORDER BY c.expires_at, c.id"),

    /* With the places in the list of names. */
    [SQL_CONNECTIONS_KNOWN] = {"SELECT n.key, " CONNECTION_COLUMNS " FROM json_each($1) n CROSS JOIN"
                               " connections k ON k.thing_name = n.value AND k.endpoint = $2",
                               "SELECT n.place - 1, " CONNECTION_COLUMNS
                               " FROM unnest($1::text[]) WITH ORDINALITY AS n (name, place), LATERAL"
                               " (SELECT " CONNECTION_COLUMNS " FROM connections"
                               " WHERE thing_name = n.name AND endpoint = $2 LIMIT 1) k"},
    [SQL_CONNECTION_FIND] =
        BOTH("SELECT " CONNECTION_COLUMNS " FROM connections WHERE thing_name = $1 AND endpoint = $2"),
    /* Only a device that was onboarded there, or may be soon: its end can come before its beginning. */
    [SQL_CONNECTION_INSERT] =
        BOTH("INSERT INTO connections (thing_name, endpoint, " CONNECTION_COLUMNS ", heard_at)"
             " SELECT $1, $2, CAST($3 AS BIGINT), CAST($4 AS BIGINT), $5, CAST($6 AS BIGINT),"
             " CAST($7 AS BIGINT) WHERE EXISTS (SELECT 1 FROM " CLAIMS_THERE(
                 "$1") " AND (c.state = 'onboarded' OR c." OPEN
                       ")) ON CONFLICT (thing_name, endpoint) DO NOTHING"),
    [SQL_CONNECTION_CHANGE] =
        BOTH("UPDATE connections SET is_connected = $3, happened_at = $4, session = $5, version = $6,"
             " heard_at = $7 WHERE thing_name = $1 AND endpoint = $2"),
    [SQL_CONNECTION_ONLINE] = BOTH("SELECT 1 FROM connections WHERE thing_name = $1 AND endpoint = $2"
                                   " AND is_connected = 1 AND heard_at > $3"),

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

    [SQL_DELIVERY_INSERT] =
        BOTH("INSERT INTO deliveries (claim_id, staging, thing_name, endpoint, due_at, accepted_at, network)"
             " VALUES ($1, $2, $3, $4, $5, $5, $6)"),
    /* What was only pretended is published from now on. */
    [SQL_DELIVERIES_MEAN] =
        BOTH("UPDATE deliveries SET endpoint = (SELECT endpoint FROM claims WHERE id = $1)"
             " WHERE claim_id = $1 AND endpoint = ''"),
    /* The lane that takes one keeps it in memory. It is offered again later, in case that lane is lost. */
    [SQL_DELIVERIES_TAKE] =
        {"UPDATE deliveries SET due_at = $3 WHERE staging = $1 AND claim_id IN"
         " (SELECT claim_id FROM deliveries WHERE staging = $1 AND due_at <= $2 AND leased_until <= $2"
         " ORDER BY due_at LIMIT $4) RETURNING " TURN_COLUMNS,
         "UPDATE deliveries SET due_at = $3 WHERE ctid = ANY(ARRAY"
         " (SELECT ctid FROM deliveries WHERE staging = $1 AND due_at <= $2 AND leased_until <= $2"
         " ORDER BY due_at LIMIT $4 FOR UPDATE SKIP LOCKED)) RETURNING " TURN_COLUMNS},
    [SQL_DELIVERIES_DUE] = BOTH("SELECT 1 FROM deliveries WHERE staging = $1 AND due_at <= $2"
                                " AND leased_until <= $2 LIMIT 1"),
    [SQL_DELIVERIES_OPEN] =
        BOTH("SELECT " TURN_COLUMNS ", due_at FROM deliveries WHERE staging = $1 AND due_at IS NOT NULL"
             " AND (due_at, claim_id) > ($2, $3) ORDER BY due_at, claim_id LIMIT $4"),
    [SQL_DELIVERIES_LOOK] = {LOOK("IN (SELECT value FROM json_each($2))"), LOOK("= ANY($2::bigint[])")},
    [SQL_DELIVERIES_PRESS] =
        BOTH("UPDATE deliveries SET due_at = CASE WHEN due_at < $2 THEN due_at ELSE $2 END, pressed_at = $2"
             " WHERE claim_id = $1 AND due_at IS NOT NULL AND (pressed_at IS NULL OR pressed_at <= $3)"),
    [SQL_DELIVERY_ACKNOWLEDGED] =
        BOTH("UPDATE deliveries SET attempts = attempts + 1, refusals = 0, due_at = $3, published_at = $4,"
             " leased_until = 0 WHERE claim_id = $1 AND staging = $2 AND due_at IS NOT NULL"),
    [SQL_DELIVERY_REFUSED] =
        BOTH("UPDATE deliveries SET refusals = refusals + 1, due_at = $3, leased_until = 0"
             " WHERE claim_id = $1 AND staging = $2 AND due_at IS NOT NULL"),
    [SQL_DELIVERY_CLOSE] = BOTH("UPDATE deliveries SET " CLOSED " WHERE claim_id = $1 AND staging = $2"),
    [SQL_DELIVERIES_CLOSE] = BOTH("UPDATE deliveries SET " CLOSED " WHERE claim_id = $1"),
    [SQL_DELIVERIES_LEFT] =
        BOTH("SELECT 1 FROM deliveries WHERE claim_id = $1 AND due_at IS NOT NULL LIMIT 1"),

    [SQL_NETWORKS] = BOTH("SELECT network, CAST(arrivals * 1000 AS BIGINT), CAST(expiries * 1000 AS BIGINT),"
                          " as_of FROM networks WHERE staging = $1 ORDER BY network LIMIT $2"),
    [SQL_NETWORK_SET] =
        BOTH("INSERT INTO networks (staging, network, arrivals, expiries, as_of, open, waiting)"
             " VALUES ($1, $2, $3 / 1000.0, $4 / 1000.0, $5, $6, $7)"
             " ON CONFLICT (staging, network) DO UPDATE SET arrivals = excluded.arrivals,"
             " expiries = excluded.expiries, as_of = excluded.as_of,"
             " open = excluded.open, waiting = excluded.waiting"),
    [SQL_NETWORKS_CROWDED] = {CROWDED("IN (SELECT value FROM json_each($3))"), CROWDED("= ANY($3::text[])")},
    [SQL_QUEUES_CLEAR] = BOTH("UPDATE networks SET open = 0, waiting = 0 WHERE staging = $1"
                              " AND (open > 0 OR waiting > 0)"),
    [SQL_QUEUE_SET] = BOTH("UPDATE leaders SET queue_since = $2, queue_middle = $3, queue_until = $4, "
                           "queue_ms = $5 WHERE name = $1"),
    [SQL_QUEUE_LONGEST] = {LONGEST("IN (SELECT value FROM json_each($1))"), LONGEST("= ANY($1::text[])")},
    [SQL_NETWORKS_FORGET] = BOTH("DELETE FROM networks WHERE staging = $1 AND as_of < $2"),

    /* No row: another portal was faster with this idempotency key. */
    [SQL_REGISTRATION_INSERT] =
        INSERT("claim_id",
               "INSERT INTO registrations (token, claim_id, accepted_at, contact_name, contact_email,"
               " idempotency_key, request_digest, thing_name, endpoint, product, standing, proofs, browser,"
               " person_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, 'waiting', 1,"
               " nullif(CAST($11 AS BIGINT), 0), nullif(CAST($12 AS BIGINT), 0))"
               " ON CONFLICT (idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING"),
    [SQL_REGISTRATION_DETAILS] =
        BOTH("UPDATE registrations SET country = COALESCE($2, country), fields = COALESCE($3, fields),"
             " contact_name = COALESCE($4, contact_name), contact_email = COALESCE($5, contact_email),"
             " consent = COALESCE($6, consent), consent_language = COALESCE($7, consent_language),"
             " consent_at = COALESCE(NULLIF(CAST($8 AS BIGINT), 0), consent_at),"
             " marketing_at = COALESCE(NULLIF(CAST($9 AS BIGINT), 0), marketing_at) WHERE token = $1"),
    [SQL_REGISTRATION_DETAILS_FIND] =
        BOTH("SELECT product, fields, CASE WHEN contact_name IS NULL THEN 0 ELSE 1 END,"
             " CASE WHEN contact_email IS NULL THEN 0 ELSE 1 END FROM registrations WHERE token = $1"),
    [SQL_REGISTRATION_BY_TOKEN] = BOTH(
        "SELECT c.thing_name, coalesce(r.endpoint, c.endpoint), c.state, c.accepted_at, c.published_at,"
        " c.provisioned_at,"
        " c.connected_at, c.ended_at, c.expires_at, c.attempts, c.onboarded_before, r.cancelled_at, c.id,"
        " (SELECT d.network FROM deliveries d WHERE d.claim_id = c.id LIMIT 1), r.accepted_at, "
        "c.already_online"
        " FROM registrations r JOIN claims c ON c.id = r.claim_id WHERE r.token = $1"),
    [SQL_REGISTRATION_BY_KEY] =
        BOTH("SELECT token, request_digest FROM registrations WHERE idempotency_key = $1"),
    /* What the same person has asked for already: by the cookie of the browser, or signed in; and
     * not what another person has who was signed in at the same browser. */
    [SQL_REGISTRATION_BY_PERSON] = {BY_PERSON("IN (" PARTIES_OF("$1") ")"),
                                    BY_PERSON("= ANY(ARRAY(" PARTIES_OF("$1") "))")},
    [SQL_REGISTRATION_WISH] =
        BOTH("UPDATE registrations SET endpoint = $2 WHERE token = $1 AND endpoint <> $2"),
    /* Others that wait for the same claim. */
    [SQL_REGISTRATIONS_SHARING] = BOTH("SELECT 1 FROM registrations WHERE claim_id = $1 AND token <> $2"
                                       " AND cancelled_at IS NULL LIMIT 1"),
    /* To a new claim its own time stays: the retention of its contact and key counts from there. One that
     * joins an open claim ($3: when) is from then on. */
    [SQL_REGISTRATION_MOVE] =
        BOTH("UPDATE registrations SET claim_id = $2, cancelled_at = NULL, accepted_at ="
             " CASE WHEN $3 > accepted_at THEN $3 ELSE accepted_at END WHERE token = $1"),
    [SQL_REGISTRATION_CANCEL] =
        BOTH("UPDATE registrations SET cancelled_at = $2, due_at = NULL, standing = CASE WHEN standing IN"
             " ('owner', 'refused', 'former') THEN standing ELSE 'withdrawn' END WHERE token = $1"),
    [SQL_REGISTRATIONS_LEFT] =
        BOTH("SELECT 1 FROM registrations WHERE claim_id = $1 AND cancelled_at IS NULL LIMIT 1"),
    [SQL_REGISTRATIONS_BY_EMAIL] =
        BOTH("SELECT token FROM registrations WHERE lower(contact_email) = lower($1)"
             " AND contact_email IS NOT NULL ORDER BY claim_id, token LIMIT $2"),
    [SQL_REGISTRATION_ERASE] = BOTH("DELETE FROM registrations WHERE token = $1"),
    [SQL_EXPORT_TOKEN] = BOTH("SELECT token FROM registrations WHERE token = $1"),
    /* What happened to the claim before somebody joined it (own has no row then) is not theirs. */
    [SQL_EXPORT_REGISTRATION] = BOTH(
        "SELECT coalesce(r.thing_name, c.thing_name), coalesce(r.endpoint, c.endpoint), r.product,"
        " r.standing, r.contact_name, r.contact_email, r.country, r.fields, r.consent, r.consent_language,"
        " c.state, r.accepted_at, r.cancelled_at, r.asked_at, r.consent_at, r.marketing_at,"
        " own.accepted_at, own.published_at, own.provisioned_at, own.connected_at, own.ended_at, r.proofs,"
        " p.issuer, p.subject FROM registrations r JOIN claims c ON c.id = r.claim_id"
        " LEFT JOIN claims own ON own.id = c.id AND own.accepted_at >= r.accepted_at"
        " LEFT JOIN persons p ON p.id = r.person_id WHERE r.token = $1"),
    [SQL_EXPORT_EVENTS] = BOTH("SELECT happened_at, kind, actor, proofs, reason FROM ownership_events"
                               " WHERE token = $1 ORDER BY id LIMIT 1000"),
    [SQL_REGISTRATION_MADE] = BOTH("SELECT coalesce(requested_at, accepted_at), coalesce(endpoint, '')"
                                   " FROM registrations WHERE token = $1"),
    [SQL_REGISTRATION_MAKE_AGAIN] = BOTH("UPDATE registrations SET requested_at = $2 WHERE token = $1"),
    [SQL_FORGETTING_WANT] = BOTH("UPDATE registrations SET erased_at = CASE WHEN $2 = 1 THEN 0 END"
                                 " WHERE token = $1 AND coalesce(erased_at, 0) = 0"),
    [SQL_FORGETTING_RUN] =
        BOTH("UPDATE registrations SET contact_name = NULL, contact_email = NULL, idempotency_key = NULL,"
             " request_digest = NULL, person_id = NULL, browser = NULL, country = NULL, fields = NULL,"
             " consent = NULL, consent_language = NULL, consent_at = NULL, marketing_at = NULL,"
             " erased_at = $2 WHERE thing_name = $1 AND standing = 'former' AND erased_at = 0"),
    [SQL_FORGETTING_FIND] = BOTH("SELECT coalesce(erased_at, 0) FROM registrations WHERE token = $1"),

    /* Finds what is known about these thing names ($1; $3: of people who may have asked before) and
     * idempotency keys ($2). Each LIMIT makes the
     * planner use the indexes, whatever its statistics say. */
    [SQL_SET_KNOWN] = {NULL,
                       "SELECT 'open', name FROM unnest($1::text[]) AS names (name), LATERAL"
                       " (SELECT claim_id FROM deliveries WHERE thing_name = name"
                       " ORDER BY claim_id DESC LIMIT 8) d, LATERAL"
                       " (SELECT 1 FROM claims WHERE id = d.claim_id AND " OPEN " LIMIT 1) c"
                       " UNION ALL SELECT 'onboarded', name FROM unnest($1::text[]) AS names (name), LATERAL"
                       " (SELECT 1 FROM claims WHERE thing_name = name AND state = 'onboarded' LIMIT 1) c"
                       " UNION ALL SELECT 'online', name FROM unnest($1::text[]) AS names (name), LATERAL"
                       " (SELECT 1 FROM connections WHERE thing_name = name AND is_connected = 1 LIMIT 1) k"
                       " UNION ALL SELECT 'thing', name FROM unnest($3::text[]) AS names (name), LATERAL"
                       " (SELECT 1 FROM registrations WHERE thing_name = name LIMIT 1) r"
                       " UNION ALL SELECT 'key', idempotency_key FROM registrations"
                       " WHERE idempotency_key = ANY($2::text[])"},
    [SQL_SET_LISTED] = {NULL, "SELECT name FROM unnest($1::text[]) AS names (name), LATERAL"
                              " (SELECT 1 FROM inventory WHERE thing_name = name LIMIT 1) i"},
    [SQL_SET_CLAIMS_INSERT] =
        {NULL, "INSERT INTO claims (thing_name, endpoint, state, accepted_at, expires_at, onboarded_before)"
               " SELECT thing, endpoint, 'queued', at, expires, 0 FROM unnest($1::text[], $2::text[],"
               " $3::bigint[], $4::bigint[]) AS u (thing, endpoint, at, expires)"
               " ORDER BY thing"
               " ON CONFLICT (thing_name) WHERE ended_at IS NULL DO NOTHING RETURNING id, thing_name"},
    [SQL_SET_REGISTRATIONS_INSERT] =
        {NULL, "WITH made AS (INSERT INTO deliveries (claim_id, staging, thing_name, endpoint,"
               " due_at, accepted_at, network) SELECT claim, staging, thing, endpoint, at, at, network"
               " FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::bigint[], $13::bigint[])"
               " AS u (claim, staging, thing, endpoint, at, network))"
               " INSERT INTO registrations (token, claim_id, accepted_at, contact_name, contact_email,"
               " idempotency_key, request_digest, thing_name, endpoint, product, standing, proofs, browser,"
               " person_id) SELECT token, claim, at, name, email, key, digest, thing, endpoint, product,"
               " 'waiting', 1, nullif(browser, 0), nullif(person, 0) FROM unnest($6::text[], $7::bigint[],"
               " $8::bigint[], $9::text[], $10::text[], $11::text[], $12::text[], $14::text[], $15::text[],"
               " $16::text[], $17::bigint[], $18::bigint[]) AS r (token, claim, at, name, email, key, digest,"
               " thing, endpoint, product, browser, person)"},

    /* In the order of their names, in which all transactions lock devices. */
    [SQL_DEVICES_INSERT] = {"INSERT INTO devices (thing_name) SELECT value FROM json_each($1)"
                            " WHERE true ORDER BY key ON CONFLICT (thing_name) DO NOTHING",
                            "INSERT INTO devices (thing_name) SELECT n.name FROM unnest($1::text[])"
                            " WITH ORDINALITY n (name, place) ORDER BY n.place"
                            " ON CONFLICT (thing_name) DO NOTHING"},
    [SQL_DEVICES_LOCK] = {DEVICES_SQLITE, DEVICES_POSTGRESQL(" FOR UPDATE")},
    [SQL_DEVICES_FIND] = {DEVICES_SQLITE, DEVICES_POSTGRESQL("")},
    [SQL_DEVICE_CHANGE] =
        BOTH("UPDATE devices SET owner = $2, owned_at = nullif(CAST($3 AS BIGINT), 0), contested = $4, "
             "arrived_at = nullif(CAST($5 AS BIGINT), 0), endpoint = $6, hand_over = $7, hand_over_until = "
             "nullif(CAST($8 AS BIGINT), 0) WHERE thing_name = $1"),
    [SQL_DEVICE_BY_LINK] = BOTH("SELECT d.thing_name, r.endpoint, r.product, d.hand_over_until FROM devices d"
                                " JOIN registrations r ON r.token = d.owner"
                                " WHERE d.hand_over = $1 AND d.hand_over_until > $2"),
    /* Registrations that an older program has made, of these things. */
    [SQL_OWNERS_ANY_OLD] =
        BOTH("SELECT 1 FROM registrations WHERE thing_name IS NULL ORDER BY claim_id LIMIT 1"),
    [SQL_OWNERS_ADOPT] = {ADOPT "IN (SELECT claim_id FROM deliveries WHERE thing_name IN"
                                " (SELECT value FROM json_each($1)) UNION SELECT id FROM claims WHERE"
                                " state = 'onboarded' AND thing_name IN (SELECT value FROM json_each($1)))",
                          ADOPT "= ANY(ARRAY(SELECT d.claim_id FROM unnest($1::text[]) n (name), LATERAL"
                                " (SELECT claim_id FROM deliveries WHERE thing_name = n.name"
                                " ORDER BY claim_id DESC LIMIT 32) d UNION SELECT c.id FROM"
                                " unnest($1::text[]) n (name), LATERAL (SELECT id FROM claims"
                                " WHERE thing_name = n.name AND state = 'onboarded' LIMIT 1000) c))"},
    [SQL_OWNERS_THING] = BOTH("SELECT coalesce(r.thing_name, c.thing_name) FROM registrations r"
                              " JOIN claims c ON c.id = r.claim_id WHERE r.token = $1"),
    [SQL_OWNERS_STANDING] = BOTH("SELECT standing, proofs FROM registrations WHERE token = $1"),
    [SQL_OWNERS_PARTIES] =
        {"SELECT n.key, " PARTY_COLUMNS " FROM json_each($1) n CROSS JOIN registrations r"
         " ON r.token IN (" PARTIES_OF("n.value") ") JOIN claims c ON c.id = r.claim_id WHERE " PARTY_LIVES,
         "SELECT n.place - 1, " PARTY_COLUMNS " FROM unnest($1::text[]) WITH ORDINALITY AS n (name, place),"
         " LATERAL (SELECT * FROM registrations WHERE token = ANY(" PARTIES_ARRAY
         ")) r, LATERAL (SELECT * FROM claims WHERE id = r.claim_id LIMIT 1) c WHERE " PARTY_LIVES},
    [SQL_OWNERS_PARTY] = BOTH("SELECT 0, " PARTY_COLUMNS " FROM registrations r JOIN claims c"
                              " ON c.id = r.claim_id WHERE r.token = $1"),
    [SQL_OWNERS_PARTY_CHANGE] =
        BOTH("UPDATE registrations SET standing = $2, proofs = $3, due_at = nullif(CAST($4 AS BIGINT), 0),"
             " asked_at = nullif(CAST($5 AS BIGINT), 0), challenge_at = nullif(CAST($6 AS BIGINT), 0),"
             " challenge_until = nullif(CAST($7 AS BIGINT), 0),"
             " challenge_off_at = nullif(CAST($8 AS BIGINT), 0),"
             " challenge_on_at = nullif(CAST($9 AS BIGINT), 0), challenges = $10 WHERE token = $1"),
    [SQL_OWNERS_ARRIVED] = {"SELECT thing_name, endpoint, ended_at FROM claims WHERE id IN"
                            " (SELECT value FROM json_each($1)) ORDER BY thing_name, ended_at",
                            "SELECT thing_name, endpoint, ended_at FROM claims"
                            " WHERE id = ANY($1::bigint[]) ORDER BY thing_name COLLATE \"C\", ended_at"},
    [SQL_OWNERS_DUE] = {DUE " ORDER BY thing_name", DUE " ORDER BY thing_name"},
    /* Registrations that an older program has made, and whether their devices have arrived. */
    [SQL_OWNERS_OLD] = {OLD "c.thing_name", OLD "c.thing_name COLLATE \"C\""},
    [SQL_OWNERS_ADOPT_CLAIMS] = {ADOPT "IN (SELECT value FROM json_each($1))", ADOPT "= ANY($1::bigint[])"},
    [SQL_DISPUTES] =
        BOTH("SELECT count(*), coalesce(min(asked_at), 0) FROM (SELECT asked_at FROM registrations"
             " WHERE standing = 'disputed' ORDER BY asked_at LIMIT 10000) a"),
    /* The first $1. */
    [SQL_DISPUTES_LIST] = BOTH("SELECT thing_name, token, asked_at FROM registrations"
                               " WHERE standing = 'disputed' ORDER BY asked_at LIMIT $1"),
    /* The places in the list of names ($1) of things with a power-cycle challenge that ends after $2. */
    [SQL_OWNERS_CHALLENGED] = {CHALLENGED "SELECT n.key, f.thing FROM forms f JOIN json_each($1) n"
                                          " ON n.value = f.form",
                               CHALLENGED "SELECT n.place - 1, f.thing FROM forms f JOIN unnest($1::text[])"
                                          " WITH ORDINALITY AS n (name, place) ON n.name = f.form"},
    /* A claim of its own in the place of another one, which has ended: through the same staging accounts, for
     * as long. */
    [SQL_CLAIM_REDIRECT] = INSERT(
        "id",
        "INSERT INTO claims (thing_name, endpoint, state, accepted_at, expires_at, onboarded_before)"
        " SELECT thing_name, $2, 'queued', CAST($3 AS BIGINT), CAST($3 AS BIGINT) + expires_at - accepted_at,"
        " onboarded_before FROM claims WHERE id = $1"),
    [SQL_DELIVERIES_REDIRECT] =
        BOTH("INSERT INTO deliveries (claim_id, staging, thing_name, endpoint, due_at, accepted_at)"
             " SELECT CAST($2 AS BIGINT), staging, thing_name, $3, CAST($4 AS BIGINT), CAST($4 AS BIGINT)"
             " FROM deliveries WHERE claim_id = $1"),
    [SQL_OWNERS_MOVE] = BOTH("UPDATE registrations SET claim_id = $2 WHERE claim_id = $1"
                             " AND cancelled_at IS NULL"),
    [SQL_OWNERSHIP_EVENTS] =
        BOTH("SELECT happened_at, kind, actor, token, proofs, reason FROM ownership_events"
             " WHERE thing_name = $1 ORDER BY id DESC LIMIT $2"),
    [SQL_OWNERSHIP_EVENTS_ERASE] =
        BOTH("UPDATE ownership_events SET token = NULL, reason = NULL WHERE token = $1"),
    [SQL_OWNERSHIP_EVENT_INSERT] =
        BOTH("INSERT INTO ownership_events (thing_name, happened_at, kind, actor, token, proofs, reason)"
             " VALUES ($1, $2, $3, $4, $5, $6, $7)"),

    [SQL_GUESSES_FIND] = {"SELECT guesses, guess_at FROM devices WHERE thing_name = $1",
                          "SELECT guesses, guess_at FROM devices WHERE thing_name = $1 FOR UPDATE"},
    [SQL_GUESSES_CHANGE] = BOTH("UPDATE devices SET guesses = $2, guess_at = $3 WHERE thing_name = $1"),
    [SQL_INVENTORY_FIND] = BOTH(INVENTORY_SELECT "thing_name = $1"),
    [SQL_INVENTORY_BY_SERIAL] =
        BOTH("SELECT thing_name FROM inventory WHERE serial = $1 AND gtin = $2 LIMIT 2"),
    [SQL_INVENTORY_READ] = BOTH(INVENTORY_SELECT "thing_name > $1 ORDER BY thing_name LIMIT $2"),
    [SQL_INVENTORY_KNOWN] = {INVENTORY_SELECT "thing_name IN (SELECT value FROM json_each($1))",
                             INVENTORY_SELECT "thing_name = ANY($1::text[])"},
    [SQL_INVENTORY_INSERT] = {"INSERT INTO inventory (" INVENTORY_CELLS ") VALUES ($1, $2, $3, $4, $5, $6,"
                              " $7) ON CONFLICT (thing_name) DO NOTHING",
                              NULL},
    [SQL_INVENTORY_CHANGE] = {"UPDATE inventory SET serial = $2, gtin = $3, batch = $4, code = $5,"
                              " product = $6, changed_at = $7 WHERE thing_name = $1",
                              NULL},
    [SQL_INVENTORY_REMOVE] = {"DELETE FROM inventory WHERE thing_name IN (SELECT value FROM json_each($1))",
                              "DELETE FROM inventory WHERE thing_name = ANY($1::text[])"},
    [SQL_SET_INVENTORY_INSERT] = {NULL, "INSERT INTO inventory (" INVENTORY_CELLS ") SELECT u.*,"
                                        " CAST($7 AS BIGINT) FROM " INVENTORY_LIST
                                        " ON CONFLICT (thing_name) DO NOTHING"},
    [SQL_SET_INVENTORY_CHANGE] = {NULL,
                                  "UPDATE inventory i SET serial = u.serial, gtin = u.gtin,"
                                  " batch = u.batch, code = u.code, product = u.product,"
                                  " changed_at = $7 FROM " INVENTORY_LIST " WHERE i.thing_name = u.thing"},

    [SQL_PERSON_SEEN] =
        BOTH("INSERT INTO persons (issuer, subject, seen_at) VALUES ($1, $2, $3)"
             " ON CONFLICT (issuer, subject) DO UPDATE SET seen_at = excluded.seen_at RETURNING id"),
    [SQL_PERSON_REGISTRATIONS] = BOTH("SELECT token FROM registrations WHERE person_id = $1"
                                      " ORDER BY accepted_at DESC, token LIMIT $2 OFFSET $3"),
    [SQL_PERSONS_LAST] =
        BOTH("SELECT max(id) FROM (SELECT id FROM persons WHERE id > $1 ORDER BY id LIMIT $2) AS part"),
    [SQL_PERSONS_UNSEEN] =
        BOTH("DELETE FROM persons WHERE id > $1 AND id <= $2 AND seen_at < $3"
             " AND NOT EXISTS (SELECT 1 FROM sessions s WHERE s.person_id = persons.id)"
             " AND NOT EXISTS (SELECT 1 FROM registrations r WHERE r.person_id = persons.id)"),
    [SQL_SESSION_INSERT] = BOTH("INSERT INTO sessions (id, person_id, started_at, ends_at, back)"
                                " VALUES ($1, $2, $3, $4, $5)"),
    [SQL_SESSION_FIND] = BOTH("SELECT person_id, ends_at, back FROM sessions WHERE id = $1 AND ends_at > $2"),
    [SQL_SESSION_END] = BOTH("DELETE FROM sessions WHERE id = $1"),
    [SQL_SESSIONS_ENDED] =
        BOTH("DELETE FROM sessions WHERE id IN"
             " (SELECT id FROM sessions WHERE ends_at <= $1 ORDER BY ends_at, id LIMIT $2)"),
    [SQL_ONCE_PUT] =
        BOTH("INSERT INTO once (id, ends_at, contents) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING"),
    [SQL_ONCE_TAKE] = BOTH("DELETE FROM once WHERE id = $1 RETURNING ends_at, contents"),
    [SQL_ONCE_ENDED] = BOTH("DELETE FROM once WHERE id IN (SELECT id FROM once WHERE ends_at <= $1 ORDER BY "
                            "ends_at, id LIMIT $2)"),

    /* Reads claims in the order in which they were accepted, so that it can stop at the first one that is too
     * young. */
    [SQL_LEADER_FIND] = {LEADER(NOW_SQLITE), LEADER(NOW_POSTGRESQL)},
    /* Nobody waits for a portal that stands still in a transaction. This lock waits for, or excludes, that of
     * SQL_LEADER_CHECK; SQL_LEADER_RENEW does neither. */
    [SQL_LEADER_LOCK] = {LEADER(NOW_SQLITE), LEADER(NOW_POSTGRESQL) " FOR UPDATE SKIP LOCKED"},
    [SQL_LEADER_INSERT] = {"INSERT INTO leaders (name, holder, term, ends_at) VALUES ($1, $2, 1, " NOW_SQLITE
                           " + $3) ON CONFLICT (name) DO NOTHING",
                           "INSERT INTO leaders (name, holder, term, ends_at) VALUES ($1, $2, 1, " NOW_BEGUN
                           " + $3) ON CONFLICT (name) DO NOTHING"},
    [SQL_LEADER_TAKE] = {LEADER_SET(NOW_SQLITE, "holder = $2, term = term + 1, "),
                         LEADER_SET(NOW_BEGUN, "holder = $2, term = term + 1, ")},
    [SQL_LEADER_RENEW] = {LEADER_SET(NOW_SQLITE, "") " AND term = $2 AND ends_at > 0",
                          LEADER_SET(NOW_BEGUN, "") " AND term = $2 AND ends_at > 0"},
    [SQL_LEADER_RESIGN] = BOTH("UPDATE leaders SET ends_at = 0 WHERE name = $1 AND term = $2"),
    [SQL_LEADER_CHECK] = {"SELECT 1 FROM leaders WHERE name = $1 AND term = $2 AND ends_at > 0",
                          "SELECT 1 FROM leaders WHERE name = $1 AND term = $2 AND ends_at > 0"
                          " FOR KEY SHARE"},

    [SQL_RETENTION_CLAIMS] = BOTH(
        "SELECT id, accepted_at, ended_at, CASE WHEN EXISTS (SELECT 1 FROM registrations r WHERE"
        " r.claim_id = claims.id AND (r.due_at IS NOT NULL OR r.standing IN ('owner', 'asking', 'disputed')))"
        " THEN 1 ELSE 0 END FROM claims WHERE id > $1 ORDER BY id LIMIT $2"),
    [SQL_RETENTION_REGISTRATIONS_DELETE] =
        {"DELETE FROM registrations WHERE claim_id IN (SELECT value FROM json_each($1))",
         "DELETE FROM registrations WHERE claim_id = ANY($1::bigint[])"},
    /* Of things of which no other claim is left. */
    /* With the last claim for a thing: what is kept about it. Of a device with an owner there is a claim. */
    [SQL_RETENTION_CONNECTIONS_DELETE] = FORGET("connections"),
    [SQL_RETENTION_DEVICES_DELETE] = FORGET("devices"),
    [SQL_RETENTION_EVENTS_DELETE] = FORGET("ownership_events"),
    [SQL_RETENTION_DELIVERIES_DELETE] =
        {"DELETE FROM deliveries WHERE claim_id IN (SELECT value FROM json_each($1))",
         "DELETE FROM deliveries WHERE claim_id = ANY($1::bigint[])"},
    [SQL_RETENTION_CLAIMS_DELETE] =
        {"DELETE FROM claims WHERE id IN (SELECT value FROM json_each($1)) RETURNING state",
         "DELETE FROM claims WHERE id = ANY($1::bigint[]) RETURNING state"},
    [SQL_RETENTION_CONTACTS] = BOTH(
        "UPDATE registrations SET contact_name = NULL, contact_email = NULL WHERE token IN"
        " (SELECT token FROM registrations WHERE (contact_name IS NOT NULL OR contact_email IS NOT NULL)"
        " AND (standing IS NULL OR standing <> 'owner') AND accepted_at < $1 ORDER BY accepted_at LIMIT $2)"),
    [SQL_RETENTION_ANSWERS] = BOTH(
        "UPDATE registrations SET fields = NULL, country = NULL, consent = NULL,"
        " consent_language = NULL, consent_at = NULL, marketing_at = NULL WHERE token IN"
        " (SELECT token FROM registrations WHERE (fields IS NOT NULL OR country IS NOT NULL"
        " OR consent IS NOT NULL OR marketing_at IS NOT NULL)"
        " AND (standing IS NULL OR standing <> 'owner') AND accepted_at < $1 ORDER BY accepted_at LIMIT $2)"),
    [SQL_RETENTION_KEYS] =
        BOTH("UPDATE registrations SET idempotency_key = NULL, request_digest = NULL WHERE token IN"
             " (SELECT token FROM registrations WHERE idempotency_key IS NOT NULL AND accepted_at < $1"
             " ORDER BY accepted_at LIMIT $2)"),
    [SQL_TIME] = {NULL, "SELECT " NOW_POSTGRESQL},
};

const char *statement_text(enum statement statement, enum dialect dialect)
{
    return texts[statement][dialect];
}
