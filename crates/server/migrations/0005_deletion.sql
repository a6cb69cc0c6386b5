-- What stays of deleted conversations, and the way to what has to go with them. Both databases run this text.

-- Deleting a conversation takes the bodies of its events.
CREATE INDEX events_by_conversation ON events (conversation_id);

-- Ids of deleted conversations, remembered for 90 days.
CREATE TABLE conversation_tombstones (
    conversation_id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    website_id TEXT NOT NULL,
    deleted_at BIGINT NOT NULL
);
CREATE INDEX conversation_tombstones_by_age ON conversation_tombstones (account_id, deleted_at);

-- Ids of what visitors wrote in them: such a message is not stored again, and what names it as its predecessor may follow.
CREATE TABLE message_tombstones (
    account_id TEXT NOT NULL,
    id TEXT NOT NULL,
    conversation_id TEXT NOT NULL REFERENCES conversation_tombstones (conversation_id) ON DELETE CASCADE,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX message_tombstones_by_conversation ON message_tombstones (conversation_id);

-- What reports count of a conversation whatever happens to it later: closing again does not change when it was first closed.
ALTER TABLE conversations ADD COLUMN first_closed_at BIGINT;
ALTER TABLE conversations ADD COLUMN reopened BIGINT NOT NULL DEFAULT 0;
UPDATE conversations SET first_closed_at = closed_at;

-- What reports count of deleted conversations: nothing that was said, and nothing of the visitor.
-- replies: [{by, at, since}]; messages: [[start of a quarter of an hour, public messages sent in it]].
CREATE TABLE conversation_facts (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    website_id TEXT NOT NULL,
    funnel_id TEXT NOT NULL,
    labels TEXT NOT NULL,
    assignee_id TEXT,
    was_open BIGINT NOT NULL,
    started_at BIGINT NOT NULL,
    first_message_at BIGINT,
    first_closed_at BIGINT,
    reopened BIGINT NOT NULL,
    rating TEXT,
    replies TEXT NOT NULL,
    messages TEXT NOT NULL
);
CREATE INDEX conversation_facts_by_cohort ON conversation_facts (account_id, first_message_at);
