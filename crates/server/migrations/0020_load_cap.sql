-- How many conversations a member wants to be given at once. Both databases run this text.

-- load_cap: with this many open ones a member is given no other by a rule; none: as many as the website's rule allows.
ALTER TABLE members ADD COLUMN load_cap BIGINT;
ALTER TABLE invitations ADD COLUMN load_cap BIGINT;
