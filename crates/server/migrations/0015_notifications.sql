-- What a member is told of, and how, as JSON; what is missing is as usual. Both databases run this text.

ALTER TABLE members ADD COLUMN notifications TEXT NOT NULL DEFAULT '{}';
