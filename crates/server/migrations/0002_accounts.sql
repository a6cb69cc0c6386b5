-- Registration, links by mail, second factors, sessions by device, the team. Both databases run this text.

ALTER TABLE accounts ADD COLUMN require_totp BIGINT NOT NULL DEFAULT 0;

-- A member's row exists once the address is verified. removed_at: the member left; the row stays for the author of messages.
-- totp_pending waits for its first code; totp_step: the step of the last code that was taken.
ALTER TABLE members ADD COLUMN preferences TEXT NOT NULL DEFAULT '{}';
ALTER TABLE members ADD COLUMN pending_email TEXT;
ALTER TABLE members ADD COLUMN totp_secret TEXT;
ALTER TABLE members ADD COLUMN totp_pending TEXT;
ALTER TABLE members ADD COLUMN totp_step BIGINT;
ALTER TABLE members ADD COLUMN removed_at BIGINT;
ALTER TABLE members ADD COLUMN version BIGINT NOT NULL DEFAULT 1;

ALTER TABLE sessions ADD COLUMN device TEXT NOT NULL DEFAULT '';
ALTER TABLE sessions ADD COLUMN place TEXT;
ALTER TABLE sessions ADD COLUMN last_used_at BIGINT NOT NULL DEFAULT 0;
UPDATE sessions SET last_used_at = generation_at;

-- Who registered and has not followed the link yet: an account begins with the link, and with what was typed for that link.
CREATE TABLE registrations (
    id TEXT PRIMARY KEY,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    company TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    token_hash TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX registrations_by_email ON registrations (email, created_at);
CREATE INDEX registrations_by_expiry ON registrations (expires_at);

-- One-use links by mail: 'reset' of a password, 'email' to change to. Without a member: asked for by nobody known.
CREATE TABLE links (
    hash TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    member_id TEXT REFERENCES members (id),
    email TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX links_by_member ON links (member_id);
CREATE INDEX links_by_expiry ON links (expires_at);

-- A sign-in whose password was right and whose second factor is due.
CREATE TABLE challenges (
    hash TEXT PRIMARY KEY,
    member_id TEXT NOT NULL REFERENCES members (id),
    keep BIGINT NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0,
    expires_at BIGINT NOT NULL
);
CREATE INDEX challenges_by_expiry ON challenges (expires_at);

CREATE TABLE recovery_codes (
    member_id TEXT NOT NULL REFERENCES members (id),
    hash TEXT NOT NULL,
    PRIMARY KEY (member_id, hash)
);

-- Someone invited and not yet a member; accepting makes a member of the same id.
CREATE TABLE invitations (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    email TEXT NOT NULL,
    role TEXT NOT NULL,
    website_ids TEXT NOT NULL,
    invited_by TEXT NOT NULL REFERENCES members (id),
    token_hash TEXT NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX invitations_by_email ON invitations (account_id, email);

-- Mail that has not left yet. due_at: the next try; null for a letter that never leaves.
CREATE TABLE mails (
    id TEXT PRIMARY KEY,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    links TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    due_at BIGINT,
    attempts BIGINT NOT NULL
);
CREATE INDEX mails_by_due ON mails (due_at);

-- What was tried how often in a window of time, by a digest of who tried what.
DROP TABLE sign_in_failures;
CREATE TABLE tries (
    subject TEXT PRIMARY KEY,
    since BIGINT NOT NULL,
    hits BIGINT NOT NULL
);
CREATE INDEX tries_by_since ON tries (since);

-- An event is for the members who see a website, for one member, or, without either, for the whole team.
CREATE TABLE events_of_accounts (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    log_offset BIGINT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    conversation_id TEXT,
    website_id TEXT,
    member_id TEXT,
    seq BIGINT,
    at BIGINT NOT NULL,
    body TEXT,
    PRIMARY KEY (account_id, log_offset)
);
INSERT INTO events_of_accounts (account_id, log_offset, id, kind, conversation_id, website_id, seq, at, body)
    SELECT account_id, log_offset, id, kind, conversation_id, NULLIF(website_id, ''), seq, at, body FROM events;
DROP TABLE events;
ALTER TABLE events_of_accounts RENAME TO events;
