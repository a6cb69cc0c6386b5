-- Which requests for a new access token belong to the session's browser; JSON, the newest last.
ALTER TABLE sessions ADD COLUMN renewals TEXT NOT NULL DEFAULT '[]';
