-- SPDX-License-Identifier: Apache-2.0
-- Oldest program: 1

-- A registration apart from its claim: which product, on which terms, and how far it has come (ownership/ownership.h).
-- thing_name is the identifier as it was typed, in the form of the first staging account; NULL: made by schema 4. due_at: when
-- its standing ends or changes by itself; NULL: with its claim. browser: of the cookie that tells a browser which registered
-- a device before; NULL: none. fields: own fields of the product, as JSON.
-- erased_at: when what the person had told was erased; 0: it will be, once the device is no longer theirs.
-- requested_at: when the person last asked for the device; NULL: when it was registered.
ALTER TABLE registrations
    ADD COLUMN thing_name TEXT,
    ADD COLUMN endpoint TEXT,
    ADD COLUMN product TEXT,
    ADD COLUMN standing TEXT,
    ADD COLUMN proofs BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN person_id BIGINT,
    ADD COLUMN browser BIGINT,
    ADD COLUMN due_at BIGINT,
    ADD COLUMN asked_at BIGINT,
    ADD COLUMN challenge_at BIGINT,
    ADD COLUMN challenge_until BIGINT,
    ADD COLUMN challenge_off_at BIGINT,
    ADD COLUMN challenge_on_at BIGINT,
    ADD COLUMN challenges BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN country TEXT,
    ADD COLUMN fields TEXT,
    ADD COLUMN consent TEXT,
    ADD COLUMN consent_language TEXT,
    ADD COLUMN consent_at BIGINT,
    ADD COLUMN marketing_at BIGINT,
    ADD COLUMN erased_at BIGINT,
    ADD COLUMN requested_at BIGINT;
CREATE INDEX registrations_thing ON registrations (thing_name, accepted_at) WHERE thing_name IS NOT NULL;
CREATE INDEX registrations_thing_active ON registrations (thing_name)
    WHERE standing IN ('owner', 'asking', 'disputed');
CREATE INDEX registrations_thing_due ON registrations (thing_name, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX registrations_thing_challenge ON registrations (thing_name, challenge_until) WHERE challenge_until IS NOT NULL;
CREATE INDEX registrations_thing_telling ON registrations (thing_name)
    WHERE proofs & 66 <> 0 AND standing IN ('waiting', 'asking', 'disputed');
-- Of owners they are kept.
CREATE INDEX registrations_contact_ended ON registrations (accepted_at)
    WHERE (contact_name IS NOT NULL OR contact_email IS NOT NULL) AND (standing IS NULL OR standing <> 'owner');
CREATE INDEX registrations_answers ON registrations (accepted_at)
    WHERE (fields IS NOT NULL OR country IS NOT NULL OR consent IS NOT NULL OR marketing_at IS NOT NULL)
    AND (standing IS NULL OR standing <> 'owner');
CREATE INDEX registrations_due ON registrations (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX registrations_challenge ON registrations (challenge_until) WHERE challenge_until IS NOT NULL;
CREATE INDEX registrations_disputed ON registrations (asked_at) WHERE standing = 'disputed';
CREATE INDEX registrations_old ON registrations (claim_id) WHERE thing_name IS NULL;
CREATE INDEX registrations_person ON registrations (person_id) WHERE person_id IS NOT NULL;

-- A device that somebody owned, proved or asked for: its owner, and what the rules keep about it. A device without a row
-- has no owner. Every change of a registration's standing locks this row.
CREATE TABLE devices (
    thing_name      TEXT   NOT NULL PRIMARY KEY,
    owner           TEXT,
    owned_at        BIGINT,
    contested       BIGINT NOT NULL DEFAULT 0,
    arrived_at      BIGINT,
    endpoint        TEXT,
    hand_over       TEXT,
    hand_over_until BIGINT,
    guesses         BIGINT NOT NULL DEFAULT 0,
    guess_at        BIGINT NOT NULL DEFAULT 0
) WITH (fillfactor = 80);
CREATE UNIQUE INDEX devices_owner ON devices (owner) WHERE owner IS NOT NULL;
CREATE UNIQUE INDEX devices_hand_over ON devices (hand_over) WHERE hand_over IS NOT NULL;

-- What happened to a device's ownership, in the transaction in which it happened. actor: person, owner, staff, portal.
-- Erasure removes token and reason and keeps the rest.
CREATE TABLE ownership_events (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    thing_name TEXT   NOT NULL,
    happened_at BIGINT NOT NULL,
    kind       TEXT   NOT NULL,
    actor      TEXT   NOT NULL,
    token      TEXT,
    proofs     BIGINT NOT NULL DEFAULT 0,
    reason     TEXT
);
CREATE INDEX ownership_events_thing ON ownership_events (thing_name, id);
CREATE INDEX ownership_events_token ON ownership_events (token) WHERE token IS NOT NULL;

-- The devices that the OEM bought. code: a keyed hash of the code concealed in the box, as hex digits.
CREATE TABLE inventory (
    thing_name TEXT   NOT NULL PRIMARY KEY,
    serial     TEXT,
    gtin       TEXT,
    batch      TEXT,
    code       TEXT,
    product    TEXT,
    changed_at BIGINT NOT NULL
);
CREATE INDEX inventory_serial ON inventory (serial, gtin) WHERE serial IS NOT NULL;

-- People who have signed in: with the issuer and subject of their identity provider, and nothing else about them.
CREATE TABLE persons (
    id      BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    issuer  TEXT   NOT NULL,
    subject TEXT   NOT NULL,
    seen_at BIGINT NOT NULL,
    UNIQUE (issuer, subject)
);

-- id: a digest of the cookie. back: where the person came from, an address of the allowed list, or NULL.
CREATE TABLE sessions (
    id         TEXT   NOT NULL PRIMARY KEY,
    person_id  BIGINT NOT NULL REFERENCES persons (id),
    started_at BIGINT NOT NULL,
    ends_at    BIGINT NOT NULL,
    back       TEXT
);
CREATE INDEX sessions_person ON sessions (person_id);
CREATE INDEX sessions_end ON sessions (ends_at);

-- What may be used once: the state of a sign-in under way, the identifier of a signed token that was accepted. id: a digest.
CREATE TABLE once (
    id       TEXT   NOT NULL PRIMARY KEY,
    ends_at  BIGINT NOT NULL,
    contents TEXT
);
CREATE INDEX once_end ON once (ends_at);
