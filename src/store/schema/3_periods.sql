-- Closed months. Rows are added, and never changed.
CREATE TABLE periods (
    cluster BIGINT NOT NULL,
    -- As 2026-10.
    month TEXT NOT NULL,
    -- The zone that was in force, and what it made of the month, in seconds since 1970.
    zone TEXT NOT NULL,
    begins BIGINT NOT NULL,
    ends BIGINT NOT NULL,
    -- In milliseconds since 1970.
    closed_at BIGINT NOT NULL,
    closed_by TEXT NOT NULL,
    readings BIGINT NOT NULL,
    readings_digest BYTES NOT NULL,
    -- How many corrections are booked in it, and the digest of the last one.
    corrections BIGINT NOT NULL,
    corrections_digest BYTES,
    previous BYTES,
    summary TEXT NOT NULL,
    digest BYTES NOT NULL,
    PRIMARY KEY (cluster, month)
) CLUSTERED;

-- What closed months would say otherwise by now. Rows are added, and never changed.
CREATE TABLE corrections (
    cluster BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    -- The month that is corrected, and the one that it is booked in.
    month TEXT NOT NULL,
    booked TEXT NOT NULL,
    -- In milliseconds since 1970.
    at BIGINT NOT NULL,
    cause TEXT NOT NULL,
    reading BYTES NOT NULL,
    -- When the reading was revised, in milliseconds since 1970; 0 for one that came late.
    revised BIGINT NOT NULL,
    -- Per quantity what was billed, what is right, and the difference, as JSON.
    figures TEXT NOT NULL,
    previous BYTES,
    digest BYTES NOT NULL,
    PRIMARY KEY (cluster, sequence)
) CLUSTERED;
CREATE UNIQUE INDEX corrections_once ON corrections (cluster, reading, revised);

-- Readings whose raw text was read again with another figure. Of a month that was open then: the figures that the
-- reading had before. Of a closed one: the figures that it would have now.
CREATE TABLE revisions (
    cluster BIGINT NOT NULL,
    reading BYTES NOT NULL,
    -- In milliseconds since 1970.
    at BIGINT NOT NULL,
    -- Whether the month of the reading was closed.
    closed BIGINT NOT NULL,
    -- The release whose parser read these figures.
    parser TEXT NOT NULL,
    figures BYTES NOT NULL,
    PRIMARY KEY (cluster, reading, at)
) CLUSTERED;

-- Readings that came late are few among very many.
CREATE INDEX readings_late ON readings (cluster, at) WHERE late = 1;
