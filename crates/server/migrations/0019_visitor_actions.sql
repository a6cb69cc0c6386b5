-- Results of what a visitor did, for repeats (`protocol.md` Conventions). Both databases run this text.

-- digest: of the content; body: the first result, JSON.
CREATE TABLE visitor_actions (
    visitor_id TEXT NOT NULL REFERENCES visitors (id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    digest TEXT NOT NULL,
    body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (visitor_id, id)
);
CREATE INDEX visitor_actions_by_age ON visitor_actions (created_at);
