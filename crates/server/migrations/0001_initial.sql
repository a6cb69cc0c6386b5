-- Both databases run this text. Ids and JSON are TEXT; instants (milliseconds since 1970), counters and booleans are BIGINT.

CREATE TABLE server_keys (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- head: the last offset of the account's event log; log_floor: the last offset no longer kept.
CREATE TABLE accounts (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    epoch TEXT NOT NULL,
    head BIGINT NOT NULL DEFAULT 0,
    log_floor BIGINT NOT NULL DEFAULT 0,
    created_at BIGINT NOT NULL
);

-- email is stored in lower case.
CREATE TABLE members (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    email TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    role TEXT NOT NULL,
    availability TEXT NOT NULL DEFAULT 'available',
    avatar_url TEXT,
    created_at BIGINT NOT NULL
);
CREATE INDEX members_by_account ON members (account_id);

-- One sign-in on one device: the family of its refresh tokens. The tokens themselves are derived, never stored.
CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    member_id TEXT NOT NULL REFERENCES members (id),
    keep BIGINT NOT NULL,
    generation BIGINT NOT NULL,
    generation_at BIGINT NOT NULL,
    generation_used_at BIGINT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX sessions_by_member ON sessions (member_id);

-- Failed sign-ins by a digest of address and email.
CREATE TABLE sign_in_failures (
    subject TEXT PRIMARY KEY,
    since BIGINT NOT NULL,
    failures BIGINT NOT NULL
);

CREATE TABLE websites (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    name TEXT NOT NULL,
    domain TEXT NOT NULL,
    allowed_origins TEXT NOT NULL,
    timezone TEXT NOT NULL,
    auto_close_after BIGINT,
    archive_after BIGINT,
    delete_after BIGINT,
    public_key TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL DEFAULT 'never_seen',
    last_seen_at BIGINT,
    state_reason TEXT,
    widget TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX websites_by_account ON websites (account_id, name);

CREATE TABLE funnels (
    id TEXT PRIMARY KEY,
    website_id TEXT NOT NULL REFERENCES websites (id),
    name TEXT NOT NULL,
    is_default BIGINT NOT NULL
);
CREATE INDEX funnels_by_website ON funnels (website_id);

-- The websites that an agent answers; admins and owners need no row.
CREATE TABLE member_websites (
    member_id TEXT NOT NULL REFERENCES members (id),
    website_id TEXT NOT NULL REFERENCES websites (id),
    PRIMARY KEY (member_id, website_id)
);

-- head and log_floor: as in accounts, for the visitor's own stream.
CREATE TABLE visitors (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    website_id TEXT NOT NULL REFERENCES websites (id),
    token_hash TEXT NOT NULL UNIQUE,
    head BIGINT NOT NULL DEFAULT 0,
    log_floor BIGINT NOT NULL DEFAULT 0,
    name TEXT,
    email TEXT,
    phone TEXT,
    avatar_url TEXT,
    verified BIGINT NOT NULL DEFAULT 0,
    locale TEXT NOT NULL,
    timezone TEXT,
    browser TEXT NOT NULL,
    os TEXT NOT NULL,
    device TEXT NOT NULL,
    country TEXT,
    page TEXT,
    page_title TEXT,
    referrer TEXT,
    funnel_id TEXT NOT NULL REFERENCES funnels (id),
    attributes TEXT NOT NULL DEFAULT '{}',
    blocked BIGINT NOT NULL DEFAULT 0,
    first_seen_at BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL
);
CREATE INDEX visitors_by_last_seen ON visitors (account_id, last_seen_at);

-- One-use codes that hand a visitor's token from the host page to the frame; sealed: the token under the code.
CREATE TABLE frame_codes (
    hash TEXT PRIMARY KEY,
    visitor_id TEXT NOT NULL REFERENCES visitors (id),
    sealed TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX frame_codes_by_expiry ON frame_codes (expires_at);

-- One-use tickets for the socket, of a session or of a visitor.
CREATE TABLE tickets (
    hash TEXT PRIMARY KEY,
    session_id TEXT REFERENCES sessions (id),
    visitor_id TEXT REFERENCES visitors (id),
    origin TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX tickets_by_expiry ON tickets (expires_at);

-- last_seq counts every message, last_public_seq those that the visitor sees.
CREATE TABLE conversations (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    website_id TEXT NOT NULL REFERENCES websites (id),
    visitor_id TEXT NOT NULL REFERENCES visitors (id),
    funnel_id TEXT NOT NULL REFERENCES funnels (id),
    status TEXT NOT NULL,
    is_archived BIGINT NOT NULL DEFAULT 0,
    started_at BIGINT NOT NULL,
    last_message_at BIGINT NOT NULL,
    last_message TEXT NOT NULL DEFAULT '',
    message_count BIGINT NOT NULL DEFAULT 0,
    last_seq BIGINT NOT NULL DEFAULT 0,
    last_public_seq BIGINT NOT NULL DEFAULT 0,
    auto_close_at BIGINT,
    assignee_id TEXT REFERENCES members (id),
    priority TEXT NOT NULL DEFAULT 'normal',
    unread_count BIGINT NOT NULL DEFAULT 0,
    waiting_since BIGINT,
    rating TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX conversations_by_activity ON conversations (account_id, last_message_at, id);
CREATE INDEX conversations_by_visitor ON conversations (visitor_id, started_at);

CREATE TABLE messages (
    conversation_id TEXT NOT NULL REFERENCES conversations (id),
    seq BIGINT NOT NULL,
    public_seq BIGINT,
    account_id TEXT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    content TEXT NOT NULL,
    author_id TEXT REFERENCES members (id),
    author_name TEXT,
    visibility TEXT NOT NULL,
    attachments TEXT NOT NULL DEFAULT '[]',
    event_offset BIGINT NOT NULL DEFAULT 0,
    visitor_event_offset BIGINT,
    created_at BIGINT NOT NULL,
    delivered_at BIGINT,
    read_at BIGINT,
    PRIMARY KEY (conversation_id, seq)
);
CREATE UNIQUE INDEX messages_by_id ON messages (account_id, id);
CREATE INDEX messages_by_public_seq ON messages (conversation_id, public_seq);

CREATE TABLE events (
    account_id TEXT NOT NULL REFERENCES accounts (id),
    log_offset BIGINT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    conversation_id TEXT,
    website_id TEXT NOT NULL,
    seq BIGINT,
    at BIGINT NOT NULL,
    body TEXT,
    PRIMARY KEY (account_id, log_offset)
);

CREATE TABLE visitor_events (
    visitor_id TEXT NOT NULL REFERENCES visitors (id),
    log_offset BIGINT NOT NULL,
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    conversation_id TEXT,
    seq BIGINT,
    at BIGINT NOT NULL,
    body TEXT,
    PRIMARY KEY (visitor_id, log_offset)
);
