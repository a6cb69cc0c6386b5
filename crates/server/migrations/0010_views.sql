-- Saved filters of the list of conversations, of one person or shared with the team. Both databases run this text.

-- filter: JSON, the list's parameters. digest: of what it was made with, for repeats. place: the smallest stands first.
CREATE TABLE views (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    author_id TEXT NOT NULL REFERENCES members (id),
    name TEXT NOT NULL,
    is_shared BIGINT NOT NULL,
    filter TEXT NOT NULL,
    place BIGINT NOT NULL,
    digest TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX views_by_author ON views (account_id, author_id);
CREATE INDEX views_shared ON views (account_id) WHERE is_shared = 1;
