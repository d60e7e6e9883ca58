-- SPDX-License-Identifier: Apache-2.0
-- Oldest program: 1

-- Whether a device that was onboarded is connected to the OEM account, by the account's last event about it. happened_at,
-- session and version are the account's, and tell which of two events was later. heard_at is when it happened by our clock.
CREATE TABLE connections (
    thing_name   TEXT    NOT NULL,
    endpoint     TEXT    NOT NULL,
    is_connected INTEGER NOT NULL,
    happened_at  INTEGER NOT NULL,
    session      TEXT    NOT NULL,
    version      INTEGER NOT NULL,
    heard_at     INTEGER NOT NULL,
    PRIMARY KEY (thing_name, endpoint)
) STRICT, WITHOUT ROWID;

-- Such a claim has ended when it was made: its device was there already.
ALTER TABLE claims ADD COLUMN already_online INTEGER NOT NULL DEFAULT 0;
