-- What helps operators to write. Both databases run this text.

-- owner: the member whom a personal one belongs to; empty for one of the whole team. Shortcuts are unlike within an owner.
CREATE TABLE canned_replies (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    author_id TEXT NOT NULL REFERENCES members (id),
    owner TEXT NOT NULL,
    shortcut TEXT NOT NULL,
    title TEXT NOT NULL,
    content TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX canned_replies_by_shortcut ON canned_replies (account_id, owner, shortcut);

-- JSON: the ids of the members whom an internal note names.
ALTER TABLE messages ADD COLUMN mentions TEXT NOT NULL DEFAULT '[]';
