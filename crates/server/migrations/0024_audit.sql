-- Who changed what. Both databases run this text.

-- member_name, subject_name: as they were called then. changes: JSON. No text of conversations, no secrets, of visitors the id alone.
CREATE TABLE audit (
    id TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    member_id TEXT,
    member_name TEXT,
    device TEXT,
    place TEXT,
    website_id TEXT,
    subject_id TEXT,
    subject_name TEXT,
    changes TEXT NOT NULL DEFAULT '[]'
);
CREATE INDEX audit_by_time ON audit (account_id, at, id);
CREATE INDEX audit_by_age ON audit (at);
