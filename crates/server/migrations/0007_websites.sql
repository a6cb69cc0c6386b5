-- Websites and funnels that people make, change and delete. Both databases run this text.

-- digest: of what it was made with, by its author, for repeats. deleted_at: hidden from then on; what belongs to it is
-- erased some seconds later, and emptied_at tells when that was done. The row stays, as its id may be named.
ALTER TABLE websites ADD COLUMN author_id TEXT;
ALTER TABLE websites ADD COLUMN digest TEXT;
ALTER TABLE websites ADD COLUMN business_hours TEXT NOT NULL DEFAULT 'null';
ALTER TABLE websites ADD COLUMN deleted_at BIGINT;
ALTER TABLE websites ADD COLUMN emptied_at BIGINT;
CREATE UNIQUE INDEX websites_by_domain ON websites (account_id, domain) WHERE deleted_at IS NULL;
CREATE INDEX websites_to_empty ON websites (deleted_at) WHERE emptied_at IS NULL;

-- pages: JSON, which pages it covers. place: in the order in which funnels are tried. A deleted funnel stays: conversations
-- are named after it.
ALTER TABLE funnels ADD COLUMN author_id TEXT;
ALTER TABLE funnels ADD COLUMN digest TEXT;
ALTER TABLE funnels ADD COLUMN pages TEXT NOT NULL DEFAULT '[]';
ALTER TABLE funnels ADD COLUMN greeting TEXT;
ALTER TABLE funnels ADD COLUMN place BIGINT NOT NULL DEFAULT 0;
ALTER TABLE funnels ADD COLUMN version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE funnels ADD COLUMN deleted_at BIGINT;

-- How a website came to the state that it is in.
CREATE TABLE website_states (
    website_id TEXT NOT NULL REFERENCES websites (id),
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    PRIMARY KEY (website_id, number)
);

-- Deleting a website takes what was said there.
CREATE INDEX conversations_by_website ON conversations (website_id);
CREATE INDEX visitors_by_website ON visitors (website_id);
