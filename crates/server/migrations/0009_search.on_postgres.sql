-- Numbers by which the index of words knows conversations and visitors: small, and in one order with their entries.
ALTER TABLE conversations ADD COLUMN number BIGINT GENERATED ALWAYS AS IDENTITY;
CREATE UNIQUE INDEX conversations_by_number ON conversations (number);

ALTER TABLE visitors ADD COLUMN number BIGINT GENERATED ALWAYS AS IDENTITY;
CREATE UNIQUE INDEX visitors_by_number ON visitors (number);

-- The words come folded and separated already (live_chat/search/words.rs): no text search configuration touches them.
CREATE TABLE search_messages (
    rowid BIGINT PRIMARY KEY,
    words TSVECTOR NOT NULL
);
CREATE INDEX search_messages_by_words ON search_messages USING GIN (words);
CREATE TABLE search_visitors (
    rowid BIGINT PRIMARY KEY,
    words TSVECTOR NOT NULL
);
CREATE INDEX search_visitors_by_words ON search_visitors USING GIN (words);
