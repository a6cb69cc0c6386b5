-- People on the websites: visits, pages seen, notes, proof of identity, blocking, erasure; letters to those who have left.
-- Both databases run this text.

-- version counts changes of the identity and of blocking. visit_started_at: the first beat after a long pause.
-- external_id: under which the website knows the person, once it has proved it.
ALTER TABLE visitors ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE visitors ADD COLUMN visit_started_at BIGINT;
ALTER TABLE visitors ADD COLUMN external_id TEXT;
ALTER TABLE visitors ADD COLUMN block_reason TEXT;

-- Counts the identity secrets that a website has had; they are derived from it.
ALTER TABLE websites ADD COLUMN identity_generation BIGINT NOT NULL DEFAULT 1;

-- Pages seen, numbered in their order, the newest ones only. until_at: the last beat from there.
CREATE TABLE visitor_pages (
    visitor_id TEXT NOT NULL REFERENCES visitors (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    url TEXT NOT NULL,
    title TEXT,
    at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    PRIMARY KEY (visitor_id, number)
);

CREATE TABLE visitor_notes (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    visitor_id TEXT NOT NULL REFERENCES visitors (id) ON DELETE CASCADE,
    author_id TEXT NOT NULL REFERENCES members (id),
    content TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX visitor_notes_by_visitor ON visitor_notes (visitor_id, created_at);

-- Ids of people who were erased, remembered for 90 days.
CREATE TABLE visitor_tombstones (
    visitor_id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    website_id TEXT NOT NULL,
    erased_at BIGINT NOT NULL
);
CREATE INDEX visitor_tombstones_by_age ON visitor_tombstones (erased_at);

-- The visitor was written to about every public message up to this one, or it needed no letter.
ALTER TABLE conversations ADD COLUMN mailed_public_seq BIGINT NOT NULL DEFAULT 0;
UPDATE conversations SET mailed_public_seq = last_public_seq;
CREATE INDEX conversations_to_mail ON conversations (last_message_at)
    WHERE last_public_seq > visitor_read_seq AND last_public_seq > mailed_public_seq;

-- html: the same letter for programs that show it. visitor_id: to whom, where that is somebody on a website.
ALTER TABLE mails ADD COLUMN html TEXT;
ALTER TABLE mails ADD COLUMN visitor_id TEXT;
CREATE INDEX mails_by_visitor ON mails (visitor_id);

-- Links in letters that lead back to a conversation, and the one token that each has handed out last.
CREATE TABLE chat_links (
    hash TEXT PRIMARY KEY,
    visitor_id TEXT NOT NULL REFERENCES visitors (id) ON DELETE CASCADE,
    token_hash TEXT UNIQUE,
    expires_at BIGINT NOT NULL
);
CREATE INDEX chat_links_by_visitor ON chat_links (visitor_id);
CREATE INDEX chat_links_by_expiry ON chat_links (expires_at);
