-- When a session's generation began is asked by nobody. Both databases run this text.
ALTER TABLE sessions DROP COLUMN generation_at;
