-- The widget's configuration: a draft beside what is published, and what was published before. Both databases run this text.

-- widget_draft: JSON; null while nobody has changed anything since the last publication. widget_version counts changes of the
-- draft and publications.
ALTER TABLE websites ADD COLUMN widget_draft TEXT;
ALTER TABLE websites ADD COLUMN widget_version BIGINT NOT NULL DEFAULT 1;
ALTER TABLE websites ADD COLUMN widget_published_at BIGINT;

-- number: the configuration's own version. by_name: as the member was called then.
CREATE TABLE widget_publications (
    website_id TEXT NOT NULL REFERENCES websites (id),
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    by_name TEXT,
    config TEXT NOT NULL,
    PRIMARY KEY (website_id, number)
);

-- When somebody has answered what visitors are asked before they write.
ALTER TABLE visitors ADD COLUMN pre_chat_at BIGINT;
