-- SPDX-License-Identifier: Apache-2.0
-- Oldest program: 1

-- What each transaction changed in the number of claims of a state: a row a transaction, so that no two wait for each
-- other, summed up into one row (token '') after a minute. A row is also the proof that its transaction was committed,
-- for a program that lost its connection while it waited for the answer.
CREATE TABLE claim_counts (
    token      TEXT   NOT NULL PRIMARY KEY,
    made_at    BIGINT NOT NULL,
    queued     BIGINT NOT NULL,
    published  BIGINT NOT NULL,
    onboarded  BIGINT NOT NULL,
    expired    BIGINT NOT NULL,
    failed     BIGINT NOT NULL,
    cancelled  BIGINT NOT NULL,
    last_claim BIGINT NOT NULL
);
INSERT INTO claim_counts
SELECT '', 0, count(*) FILTER (WHERE state = 'queued'), count(*) FILTER (WHERE state = 'published'),
       count(*) FILTER (WHERE state = 'onboarded'), count(*) FILTER (WHERE state = 'expired'),
       count(*) FILTER (WHERE state = 'failed'), count(*) FILTER (WHERE state = 'cancelled'), coalesce(max(id), 0)
  FROM claims;

-- Retention and erasure find personal data and keys without reading everything.
CREATE INDEX registrations_contact ON registrations (accepted_at) WHERE contact_name IS NOT NULL OR contact_email IS NOT NULL;
CREATE INDEX registrations_email ON registrations (lower(contact_email)) WHERE contact_email IS NOT NULL;
CREATE INDEX registrations_key_age ON registrations (accepted_at) WHERE idempotency_key IS NOT NULL;
