-- How conversations are handed out and judged. Both databases run this text.

-- assignment: manual, round_robin or least_busy. assignment_cap: nobody with this many open conversations gets another.
ALTER TABLE websites ADD COLUMN assignment TEXT NOT NULL DEFAULT 'manual';
ALTER TABLE websites ADD COLUMN assignment_cap BIGINT;

-- Who of a website had the last turn. Apart from the website, whose row others lock.
CREATE TABLE assignment_turns (
    website_id TEXT PRIMARY KEY REFERENCES websites (id),
    member_id TEXT NOT NULL
);

-- awaits_assignee: nobody could take it when it began. rating_changes: how often the visitor thought again.
ALTER TABLE conversations ADD COLUMN awaits_assignee BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN rating_comment TEXT;
ALTER TABLE conversations ADD COLUMN rating_changes BIGINT NOT NULL DEFAULT 0;
CREATE INDEX conversations_awaiting ON conversations (website_id, started_at) WHERE awaits_assignee = 1;
CREATE INDEX conversations_by_assignee ON conversations (assignee_id, status);

-- digest: of what an operator started it with, for repeats; started_by: that operator.
ALTER TABLE conversations ADD COLUMN started_by TEXT;
ALTER TABLE conversations ADD COLUMN start_digest TEXT;

-- Who of a team is there, as each server knows from its own connections, until it says so again.
CREATE TABLE attendance (
    server TEXT NOT NULL,
    member_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    availability TEXT NOT NULL,
    until_at BIGINT NOT NULL,
    PRIMARY KEY (server, member_id)
);
CREATE INDEX attendance_by_account ON attendance (account_id);
