-- Files of messages. Both databases run this text.

-- id: chosen by whoever uploaded it, a member or a visitor. conversation_id: where a member's goes; a visitor's has one once it is
-- sent. message_id: none until it is sent. file: its name in the store of files.
CREATE TABLE attachments (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    id TEXT NOT NULL,
    conversation_id TEXT,
    message_id TEXT,
    member_id TEXT,
    visitor_id TEXT,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    width BIGINT,
    height BIGINT,
    sha256 TEXT NOT NULL,
    file TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX attachments_by_conversation ON attachments (conversation_id);
CREATE INDEX attachments_by_visitor ON attachments (visitor_id);
CREATE INDEX attachments_unsent ON attachments (created_at) WHERE message_id IS NULL;

-- Files whose rows are gone and that are still to be removed from the store.
CREATE TABLE gone_files (
    file TEXT PRIMARY KEY
);
