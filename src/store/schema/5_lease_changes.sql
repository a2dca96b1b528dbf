-- Each change of hands: the number that a cluster's lease got, who took it, and when, in milliseconds since 1970 by the
-- server's clock. What was read under a number before the next one was taken was read rightly, however late it comes.
CREATE TABLE lease_changes (
    cluster TEXT NOT NULL,
    number BIGINT NOT NULL,
    holder TEXT NOT NULL,
    taken_at BIGINT NOT NULL,
    PRIMARY KEY (cluster, number)
);

-- Which clusters an instance knows, with a blank behind each; and whether it may take what ran out under another one: 1
-- once it has reached the store for the time of one lease.
ALTER TABLE instances ADD COLUMN clusters TEXT NOT NULL DEFAULT '';
ALTER TABLE instances ADD COLUMN heir BIGINT NOT NULL DEFAULT 0;
