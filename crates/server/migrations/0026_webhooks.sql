-- Other servers that are told what happens. Both databases run this text.

-- events: JSON. position: the last event of the account's log that is done with. The secret is derived from the id and stored nowhere.
CREATE TABLE webhooks (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    author_id TEXT NOT NULL REFERENCES members (id),
    digest TEXT NOT NULL,
    url TEXT NOT NULL,
    events TEXT NOT NULL,
    website_id TEXT,
    active BIGINT NOT NULL DEFAULT 1,
    position BIGINT NOT NULL,
    failing_since BIGINT,
    tries BIGINT NOT NULL DEFAULT 0,
    next_try_at BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX webhooks_by_account ON webhooks (account_id);
CREATE INDEX webhooks_due ON webhooks (active, next_try_at);

-- One row for an event of a webhook, however often it is tried. log_offset: null for tests.
CREATE TABLE webhook_deliveries (
    id TEXT PRIMARY KEY,
    webhook_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    log_offset BIGINT,
    created_at BIGINT NOT NULL,
    tried_at BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    delivered BIGINT NOT NULL,
    status BIGINT,
    answer TEXT NOT NULL,
    took_ms BIGINT NOT NULL
);
CREATE UNIQUE INDEX webhook_deliveries_by_event ON webhook_deliveries (webhook_id, event_id);
CREATE INDEX webhook_deliveries_by_age ON webhook_deliveries (created_at);
