-- Finding conversations by words, and listing them in other orders. Both databases run this text, after what each has to say
-- for itself.

-- rowid in search_messages: the conversation's number and 24 bits of the message's seq; in search_visitors: the visitor's number.

-- pages: JSON, the pages that a visitor has seen, address and title, the newest first; bounded.
CREATE TABLE pages_seen (
    visitor_id TEXT PRIMARY KEY REFERENCES visitors (id) ON DELETE CASCADE,
    pages TEXT NOT NULL
);

-- What was stored before there was an index, and is not in it yet. seq: up to where it is.
CREATE TABLE conversations_to_index (
    conversation_id TEXT PRIMARY KEY REFERENCES conversations (id) ON DELETE CASCADE,
    seq BIGINT NOT NULL
);
INSERT INTO conversations_to_index (conversation_id, seq) SELECT id, 0 FROM conversations;
CREATE TABLE visitors_to_index (
    visitor_id TEXT PRIMARY KEY REFERENCES visitors (id) ON DELETE CASCADE
);
INSERT INTO visitors_to_index (visitor_id) SELECT id FROM visitors;

-- number: a search goes through them in these orders and needs no other column of those that it passes.
DROP INDEX conversations_by_activity;
CREATE INDEX conversations_by_activity ON conversations (account_id, last_message_at, id, number);
CREATE INDEX conversations_by_shelf ON conversations (account_id, status, is_archived, last_message_at, id, number);
CREATE INDEX conversations_by_wait ON conversations (account_id, waiting_since, id) WHERE waiting_since IS NOT NULL;
CREATE INDEX conversations_by_priority ON conversations (
    account_id,
    (CASE priority WHEN 'urgent' THEN 3 WHEN 'high' THEN 2 WHEN 'low' THEN 0 ELSE 1 END),
    last_message_at,
    id
);
