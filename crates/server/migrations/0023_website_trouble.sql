-- What makes a website degraded, for programs. Both databases run this text.

-- state_trouble: none also for what was degraded before this column; a foreign origin was the only reason then.
ALTER TABLE websites ADD COLUMN state_trouble TEXT;
