-- What operators do to conversations besides writing: reading, closing, archiving, assigning, labelling, snoozing.

-- team_read_seq: the newest seq that an operator has read; the visitor_… marks count public messages.
-- closed_at, archived_at: where the windows of the lifecycle begin.
ALTER TABLE conversations ADD COLUMN snoozed_until BIGINT;
ALTER TABLE conversations ADD COLUMN closed_at BIGINT;
ALTER TABLE conversations ADD COLUMN archived_at BIGINT;
ALTER TABLE conversations ADD COLUMN team_read_seq BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN visitor_read_seq BIGINT NOT NULL DEFAULT 0;
UPDATE conversations SET closed_at = updated_at WHERE status = 'closed';
UPDATE conversations SET archived_at = updated_at WHERE is_archived = 1;
CREATE INDEX conversations_by_snooze ON conversations (snoozed_until);

-- name_key: the name in lower case.
CREATE TABLE labels (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    author_id TEXT NOT NULL REFERENCES members (id),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    colour TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX labels_by_name ON labels (account_id, name_key);

CREATE TABLE conversation_labels (
    conversation_id TEXT NOT NULL REFERENCES conversations (id),
    label_id TEXT NOT NULL REFERENCES labels (id),
    PRIMARY KEY (conversation_id, label_id)
);
CREATE INDEX conversation_labels_by_label ON conversation_labels (label_id);

-- Results of actions, for repeats. digest: of the content; log_offset: of the log after it.
CREATE TABLE actions (
    member_id TEXT NOT NULL REFERENCES members (id),
    id TEXT NOT NULL,
    digest TEXT NOT NULL,
    log_offset BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (member_id, id)
);
CREATE TABLE action_results (
    member_id TEXT NOT NULL,
    action_id TEXT NOT NULL,
    place BIGINT NOT NULL,
    conversation_id TEXT NOT NULL,
    website_id TEXT,
    body TEXT NOT NULL,
    PRIMARY KEY (member_id, action_id, place),
    FOREIGN KEY (member_id, action_id) REFERENCES actions (member_id, id) ON DELETE CASCADE
);
CREATE INDEX action_results_by_conversation ON action_results (conversation_id);

-- Ids of messages that their author took back before they were stored.
CREATE TABLE burnt_messages (
    member_id TEXT NOT NULL REFERENCES members (id),
    id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (member_id, id)
);
