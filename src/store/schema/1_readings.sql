-- BYTES stands for the type of bytes, CLUSTERED for the end of a table that is laid out in the order of its key;
-- each database has its own word for them, or none.

-- Names that rows are kept under by number.
CREATE TABLE clusters (
    number BIGINT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);

-- Where readings came from, each distinct origin once, as JSON.
CREATE TABLE origins (
    number BIGINT NOT NULL PRIMARY KEY,
    written TEXT NOT NULL UNIQUE
);

-- Raw texts, each distinct one once, by its SHA-256.
CREATE TABLE texts (
    hash BYTES NOT NULL PRIMARY KEY,
    -- Of the text itself.
    length BIGINT NOT NULL,
    -- Raw deflate, and the CRC-32 of that.
    packed BYTES NOT NULL,
    -- The newest reading that was read from it, in milliseconds since 1970: when it may be pruned follows from that.
    newest BIGINT NOT NULL
);
CREATE INDEX texts_by_age ON texts (newest);

CREATE TABLE readings (
    cluster BIGINT NOT NULL,
    -- 0: billed for storage. 1: billed for compute. 2: a witness.
    role BIGINT NOT NULL,
    -- observed_at, in milliseconds since 1970.
    at BIGINT NOT NULL,
    id BYTES NOT NULL,
    origin BIGINT NOT NULL,
    text BYTES NOT NULL,
    -- Every figure with its interval.
    figures BYTES NOT NULL,
    -- Whether its month was closed when it came: then it counts for corrections only.
    late BIGINT NOT NULL,
    PRIMARY KEY (cluster, role, at, id)
) CLUSTERED;
CREATE UNIQUE INDEX readings_by_id ON readings (id);

-- Sources that were asked and gave no reading.
CREATE TABLE absences (
    cluster BIGINT NOT NULL,
    role BIGINT NOT NULL,
    at BIGINT NOT NULL,
    source TEXT NOT NULL,
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    next_try BIGINT,
    -- For how many seconds it may explain a gap.
    holds BIGINT NOT NULL,
    PRIMARY KEY (cluster, role, at, source)
) CLUSTERED;
