-- Instances that share one store, each until when it counts, in milliseconds since 1970 by the server's clock.
CREATE TABLE instances (
    holder TEXT NOT NULL PRIMARY KEY,
    expires BIGINT NOT NULL
);

-- Who collects a cluster. The number grows with every change of hands, so that what an earlier holder still writes
-- is told from what the present one writes. Nobody is the empty text, with 0 as the end.
CREATE TABLE leases (
    cluster TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    number BIGINT NOT NULL,
    expires BIGINT NOT NULL
);
