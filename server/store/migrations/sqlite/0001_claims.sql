-- SPDX-License-Identifier: Apache-2.0
-- Oldest program: 1
-- Times are wall clock milliseconds; NULL has not happened.

-- A claim is about a device. At most one open claim a thing.
CREATE TABLE claims (
    id               INTEGER PRIMARY KEY,
    thing_name       TEXT    NOT NULL,
    endpoint         TEXT    NOT NULL,
    state            TEXT    NOT NULL,
    accepted_at      INTEGER NOT NULL,
    published_at     INTEGER,
    provisioned_at   INTEGER,
    connected_at     INTEGER,
    ended_at         INTEGER,
    expires_at       INTEGER NOT NULL,
    attempts         INTEGER NOT NULL DEFAULT 0,
    onboarded_before INTEGER NOT NULL DEFAULT 0
) STRICT;
-- Open is what has not ended: 'queued' or 'published'. Told by ended_at, these stay as they are when a claim is published.
CREATE UNIQUE INDEX claims_open ON claims (thing_name) WHERE ended_at IS NULL;
CREATE INDEX claims_onboarded ON claims (thing_name) WHERE state = 'onboarded';
CREATE INDEX claims_expiry ON claims (expires_at) WHERE ended_at IS NULL;
CREATE INDEX claims_provisioned ON claims (provisioned_at) WHERE ended_at IS NULL AND provisioned_at IS NOT NULL;

-- A claim's way through one staging account. due_at NULL: nothing more to publish.
CREATE TABLE deliveries (
    claim_id     INTEGER NOT NULL REFERENCES claims (id),
    staging      TEXT    NOT NULL,
    thing_name   TEXT    NOT NULL,
    endpoint     TEXT    NOT NULL,
    due_at       INTEGER,
    attempts     INTEGER NOT NULL DEFAULT 0,
    refusals     INTEGER NOT NULL DEFAULT 0,
    leased_by    TEXT,
    leased_until INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (claim_id, staging)
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_due ON deliveries (staging, due_at, leased_until) WHERE due_at IS NOT NULL;
CREATE INDEX deliveries_thing ON deliveries (thing_name);

-- A registration is about a person. Personal data lives here alone.
CREATE TABLE registrations (
    token           TEXT    NOT NULL PRIMARY KEY,
    claim_id        INTEGER NOT NULL REFERENCES claims (id),
    accepted_at     INTEGER NOT NULL,
    cancelled_at    INTEGER,
    contact_name    TEXT,
    contact_email   TEXT,
    idempotency_key TEXT,
    request_digest  TEXT
) STRICT, WITHOUT ROWID;
CREATE INDEX registrations_claim ON registrations (claim_id);
CREATE UNIQUE INDEX registrations_key ON registrations (idempotency_key) WHERE idempotency_key IS NOT NULL;
