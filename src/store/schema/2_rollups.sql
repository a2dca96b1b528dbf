-- How far each cluster is; a row is locked by whoever writes readings, rolls up, prunes or closes a month, so that
-- none of these happens in the midst of another. Seconds since 1970; null: nothing of it yet.
CREATE TABLE marks (
    cluster BIGINT NOT NULL PRIMARY KEY,
    -- The end of the newest closed month: what comes for a time before it is late.
    closed_to BIGINT,
    -- Raw readings before this are pruned, but for the last one: what comes for a time before it is late as well.
    pruned_to BIGINT,
    -- Of storage and of compute: every hour from the one of the first reading up to another one has its row, and none
    -- has one beyond a third.
    storage_from BIGINT,
    storage_to BIGINT,
    storage_end BIGINT,
    compute_from BIGINT,
    compute_to BIGINT,
    compute_end BIGINT
);

-- What an hour adds up to.
CREATE TABLE hours (
    cluster BIGINT NOT NULL,
    -- 0: storage. 1: compute.
    series BIGINT NOT NULL,
    start BIGINT NOT NULL,
    tallies BYTES NOT NULL,
    PRIMARY KEY (cluster, series, start)
) CLUSTERED;

-- What a day in UTC adds up to, without the levels that its hours have.
CREATE TABLE days (
    cluster BIGINT NOT NULL,
    series BIGINT NOT NULL,
    start BIGINT NOT NULL,
    tallies BYTES NOT NULL,
    PRIMARY KEY (cluster, series, start)
) CLUSTERED;

-- What a calendar month in UTC adds up to, without levels too, where each of its days has a row.
CREATE TABLE months (
    cluster BIGINT NOT NULL,
    series BIGINT NOT NULL,
    start BIGINT NOT NULL,
    tallies BYTES NOT NULL,
    PRIMARY KEY (cluster, series, start)
) CLUSTERED;
