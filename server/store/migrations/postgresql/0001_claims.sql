-- SPDX-License-Identifier: Apache-2.0
-- Oldest program: 1
-- The tables of migrations/sqlite/ in PostgreSQL's words. Times are wall clock milliseconds; NULL has not happened.

-- A claim is about a device. At most one open claim a thing.
CREATE TABLE claims (
    id               BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    thing_name       TEXT   NOT NULL,
    endpoint         TEXT   NOT NULL,
    state            TEXT   NOT NULL,
    accepted_at      BIGINT NOT NULL,
    published_at     BIGINT,
    provisioned_at   BIGINT,
    connected_at     BIGINT,
    ended_at         BIGINT,
    expires_at       BIGINT NOT NULL,
    attempts         BIGINT NOT NULL DEFAULT 0,
    onboarded_before BIGINT NOT NULL DEFAULT 0
);
-- Open is what has not ended: 'queued' or 'published'. Told by ended_at, these stay as they are when a claim is published.
CREATE UNIQUE INDEX claims_open ON claims (thing_name) WHERE ended_at IS NULL;
CREATE INDEX claims_onboarded ON claims (thing_name) WHERE state = 'onboarded';
CREATE INDEX claims_expiry ON claims (expires_at) WHERE ended_at IS NULL;
CREATE INDEX claims_provisioned ON claims (provisioned_at) WHERE ended_at IS NULL AND provisioned_at IS NOT NULL;

-- A claim's way through one staging account. due_at NULL: nothing more to publish. leased_until is in no index, so that
-- a lease changes a row in place.
CREATE TABLE deliveries (
    claim_id     BIGINT NOT NULL REFERENCES claims (id),
    staging      TEXT   NOT NULL,
    thing_name   TEXT   NOT NULL,
    endpoint     TEXT   NOT NULL,
    due_at       BIGINT,
    attempts     BIGINT NOT NULL DEFAULT 0,
    refusals     BIGINT NOT NULL DEFAULT 0,
    leased_by    TEXT,
    leased_until BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (claim_id, staging)
) WITH (fillfactor = 80);
CREATE INDEX deliveries_due ON deliveries (staging, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX deliveries_thing ON deliveries (thing_name, claim_id);

-- A registration is about a person. Personal data lives here alone.
CREATE TABLE registrations (
    token           TEXT   NOT NULL PRIMARY KEY,
    claim_id        BIGINT NOT NULL REFERENCES claims (id),
    accepted_at     BIGINT NOT NULL,
    cancelled_at    BIGINT,
    contact_name    TEXT,
    contact_email   TEXT,
    idempotency_key TEXT,
    request_digest  TEXT
);
CREATE INDEX registrations_claim ON registrations (claim_id);
CREATE UNIQUE INDEX registrations_key ON registrations (idempotency_key) WHERE idempotency_key IS NOT NULL;
