-- SPDX-License-Identifier: Apache-2.0
-- Oldest program: 1

-- How many claims there are in each state, so that nobody has to count ten million rows. One row here; changed with the
-- claims, in the same transaction. last_claim: by it a start notices that an older program was at work, and counts anew.
CREATE TABLE claim_counts (
    token      TEXT    NOT NULL PRIMARY KEY,
    made_at    INTEGER NOT NULL,
    queued     INTEGER NOT NULL,
    published  INTEGER NOT NULL,
    onboarded  INTEGER NOT NULL,
    expired    INTEGER NOT NULL,
    failed     INTEGER NOT NULL,
    cancelled  INTEGER NOT NULL,
    last_claim INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO claim_counts
SELECT '', 0, count(*) FILTER (WHERE state = 'queued'), count(*) FILTER (WHERE state = 'published'),
       count(*) FILTER (WHERE state = 'onboarded'), count(*) FILTER (WHERE state = 'expired'),
       count(*) FILTER (WHERE state = 'failed'), count(*) FILTER (WHERE state = 'cancelled'), coalesce(max(id), 0)
  FROM claims;

-- Retention and erasure find personal data and keys without reading everything.
CREATE INDEX registrations_contact ON registrations (accepted_at) WHERE contact_name IS NOT NULL OR contact_email IS NOT NULL;
CREATE INDEX registrations_email ON registrations (lower(contact_email)) WHERE contact_email IS NOT NULL;
CREATE INDEX registrations_key_age ON registrations (accepted_at) WHERE idempotency_key IS NOT NULL;
