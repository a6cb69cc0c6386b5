-- What reports count. Both databases run this text, after what each has to say for itself.

-- A row for each conversation from its first step on; conversation_id is none once that was deleted. waiting_since: the visitor
-- waits for a person's reply since then. resolution_business: milliseconds within business hours.
-- replies: [{by, at, since, business}].
ALTER TABLE conversation_facts ADD COLUMN conversation_id TEXT;
ALTER TABLE conversation_facts ADD COLUMN waiting_since BIGINT;
ALTER TABLE conversation_facts ADD COLUMN resolution_business BIGINT;
ALTER TABLE conversation_facts ADD COLUMN is_rating_requested BIGINT NOT NULL DEFAULT 0;
UPDATE conversation_facts SET is_rating_requested = 1 WHERE rating IS NOT NULL;
CREATE UNIQUE INDEX conversation_facts_by_conversation ON conversation_facts (conversation_id);
DROP INDEX conversation_facts_by_cohort;
CREATE INDEX conversation_facts_by_day ON conversation_facts (website_id, started_at);

-- The days (of UTC) on which conversations began, by website. ends_at: nothing of them counts from then on. packed: their facts
-- in little room, made anew when one of them has changed. changed_at: when the last one did.
CREATE TABLE fact_days (
    website_id TEXT NOT NULL,
    day BIGINT NOT NULL,
    ends_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    packed TEXT,
    PRIMARY KEY (website_id, day)
);
CREATE INDEX fact_days_to_pack ON fact_days (changed_at) WHERE packed IS NULL;
-- Until when those that are there already count is found out when they are packed.
INSERT INTO fact_days (website_id, day, ends_at, changed_at)
    SELECT DISTINCT website_id, started_at - started_at % 86400000, 253402300800000, 0 FROM conversation_facts;

-- Conversations that were there before there were facts of them, and have none yet.
CREATE TABLE conversations_to_count (
    conversation_id TEXT PRIMARY KEY
);
INSERT INTO conversations_to_count (conversation_id) SELECT id FROM conversations;

-- Who was on which page in which quarter of an hour. visitor: visitors.fact_key, which goes with the person, so that nobody knows
-- any more whose it was. views: how often the page was opened.
CREATE TABLE visit_facts (
    website_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    visitor TEXT NOT NULL,
    page TEXT NOT NULL,
    views BIGINT NOT NULL,
    funnel_id TEXT NOT NULL,
    country TEXT,
    device TEXT NOT NULL,
    PRIMARY KEY (website_id, at, visitor, page)
);
CREATE INDEX visit_facts_by_visitor ON visit_facts (visitor);
CREATE INDEX visit_facts_by_page ON visit_facts (website_id, page, visitor);
-- Visits that are known of; which pages they were of counts from now on.
INSERT INTO visit_facts (website_id, at, visitor, page, views, funnel_id, country, device)
    SELECT v.website_id, p.at - p.at % 900000, v.fact_key, '', COUNT(*), v.funnel_id, v.country, v.device
    FROM visitor_pages p JOIN visitors v ON v.id = p.visitor_id
    GROUP BY v.website_id, p.at - p.at % 900000, v.fact_key, v.funnel_id, v.country, v.device;
