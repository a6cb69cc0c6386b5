-- Numbers by which the index of words knows conversations and visitors: small, and in one order with their entries.
ALTER TABLE conversations ADD COLUMN number BIGINT;
UPDATE conversations SET number = rowid;
CREATE UNIQUE INDEX conversations_by_number ON conversations (number);
CREATE TRIGGER conversations_are_numbered AFTER INSERT ON conversations BEGIN
    UPDATE conversations SET number = (SELECT COALESCE(MAX(number), 0) + 1 FROM conversations) WHERE id = NEW.id;
END;

ALTER TABLE visitors ADD COLUMN number BIGINT;
UPDATE visitors SET number = rowid;
CREATE UNIQUE INDEX visitors_by_number ON visitors (number);
CREATE TRIGGER visitors_are_numbered AFTER INSERT ON visitors BEGIN
    UPDATE visitors SET number = (SELECT COALESCE(MAX(number), 0) + 1 FROM visitors) WHERE id = NEW.id;
END;

-- The words come folded and separated already (live_chat/search/words.rs): to this tokenizer everything beyond ASCII is part of
-- a word. Only whether a word stands in a text is asked, never where, and often by its beginning. What is deleted is taken out of
-- the index at once.
CREATE VIRTUAL TABLE search_messages USING fts5 (words, tokenize = 'ascii', detail = none, columnsize = 0, prefix = '2 3 4 5');
CREATE VIRTUAL TABLE search_visitors USING fts5 (words, tokenize = 'ascii', detail = none, columnsize = 0, prefix = '2 3 4 5');
INSERT INTO search_messages (search_messages, rank) VALUES ('secure-delete', 1);
INSERT INTO search_visitors (search_visitors, rank) VALUES ('secure-delete', 1);
