-- Work that one server at a time does: who does it, and until when that holds unless it is said again.
CREATE TABLE claims (
    work TEXT PRIMARY KEY,
    node TEXT NOT NULL,
    until_at BIGINT NOT NULL
);

-- The newest challenge that a visitor has solved, so that each works once on however many servers.
CREATE TABLE solved_challenges (
    visitor_id TEXT PRIMARY KEY,
    ends_at BIGINT NOT NULL
);
CREATE INDEX solved_challenges_by_end ON solved_challenges (ends_at);
