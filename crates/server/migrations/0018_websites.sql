-- Websites that fall silent, and what was said there today. Both databases run this text.

CREATE INDEX websites_by_beat ON websites (last_seen_at) WHERE state IN ('online', 'degraded');
CREATE INDEX conversation_facts_by_first_message ON conversation_facts (website_id, first_message_at);
