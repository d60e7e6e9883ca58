-- SPDX-License-Identifier: Apache-2.0
-- Oldest program: 1

-- Who leads: the one portal that may connect as the claim-thing of a staging account ('staging/NAME') or as the observer of
-- an OEM account ('endpoint/KEY'). What it writes carries the term; a new holder has a new term. Where first messages wait:
-- since when the first of them, the one in the middle and the last one, and how long a new one will.
CREATE TABLE leaders (
    name    TEXT    NOT NULL PRIMARY KEY,
    holder  TEXT    NOT NULL,
    term    INTEGER NOT NULL,
    ends_at INTEGER NOT NULL,
    queue_since INTEGER NOT NULL DEFAULT 0,
    queue_middle INTEGER NOT NULL DEFAULT 0,
    queue_until INTEGER NOT NULL DEFAULT 0,
    queue_ms    INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- What decides which delivery is sent next: when its claim was accepted, its last publish that was acknowledged, when
-- somebody last said that the device is on now, and the network that the claim came from.
ALTER TABLE deliveries ADD COLUMN accepted_at INTEGER;
ALTER TABLE deliveries ADD COLUMN published_at INTEGER;
ALTER TABLE deliveries ADD COLUMN pressed_at INTEGER;
ALTER TABLE deliveries ADD COLUMN network INTEGER;

-- What became of a network's claims, for each staging account; older ones count less (as of as_of). How many are open, and
-- how many of these wait for their first message behind those of other networks.
CREATE TABLE networks (
    staging  TEXT    NOT NULL,
    network  INTEGER NOT NULL,
    arrivals REAL    NOT NULL,
    expiries REAL    NOT NULL,
    as_of    INTEGER NOT NULL,
    open     INTEGER NOT NULL DEFAULT 0,
    waiting  INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (staging, network)
) STRICT, WITHOUT ROWID;
