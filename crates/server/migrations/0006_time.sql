-- What happens by time. Both databases run this text.

-- What is no longer kept is taken away.

CREATE INDEX events_by_age ON events (account_id, at);
CREATE INDEX visitor_events_by_age ON visitor_events (at, visitor_id);
CREATE INDEX actions_by_age ON actions (created_at);
CREATE INDEX burnt_messages_by_age ON burnt_messages (created_at);
CREATE INDEX sessions_by_end ON sessions (expires_at);

-- Every account's old ones go together.
DROP INDEX conversation_tombstones_by_age;
CREATE INDEX conversation_tombstones_by_age ON conversation_tombstones (deleted_at);

-- What time does to conversations.
CREATE INDEX conversations_by_closing ON conversations (status, auto_close_at);
CREATE INDEX conversations_by_archiving ON conversations (website_id, is_archived, closed_at);
CREATE INDEX conversations_by_deletion ON conversations (website_id, archived_at);
