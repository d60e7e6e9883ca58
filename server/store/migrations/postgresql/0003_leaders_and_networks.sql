-- SPDX-License-Identifier: Apache-2.0
-- Oldest program: 1

-- Who leads: the one portal that may connect as the claim-thing of a staging account ('staging/NAME') or as the observer of
-- an OEM account ('endpoint/KEY'). What it writes carries the term; a new holder has a new term. Where first messages wait:
-- since when the first of them, the one in the middle and the last one, and how long a new one will.
CREATE TABLE leaders (
    name    TEXT   NOT NULL PRIMARY KEY,
    holder  TEXT   NOT NULL,
    term    BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    queue_since BIGINT NOT NULL DEFAULT 0,
    queue_middle BIGINT NOT NULL DEFAULT 0,
    queue_until BIGINT NOT NULL DEFAULT 0,
    queue_ms    BIGINT NOT NULL DEFAULT 0
) WITH (fillfactor = 50);

-- What decides which delivery is sent next: when its claim was accepted, its last publish that was acknowledged, when
-- somebody last said that the device is on now, and the network that the claim came from.
ALTER TABLE deliveries
    ADD COLUMN accepted_at BIGINT,
    ADD COLUMN published_at BIGINT,
    ADD COLUMN pressed_at BIGINT,
    ADD COLUMN network BIGINT;

-- What became of a network's claims, for each staging account; older ones count less (as of as_of). How many are open, and
-- how many of these wait for their first message behind those of other networks.
CREATE TABLE networks (
    staging  TEXT             NOT NULL,
    network  BIGINT           NOT NULL,
    arrivals DOUBLE PRECISION NOT NULL,
    expiries DOUBLE PRECISION NOT NULL,
    as_of    BIGINT           NOT NULL,
    open     BIGINT NOT NULL DEFAULT 0,
    waiting  BIGINT NOT NULL DEFAULT 0,
    PRIMARY KEY (staging, network)
);
