-- Under which reports know a visitor: at random.
ALTER TABLE visitors ADD COLUMN fact_key TEXT;
UPDATE visitors SET fact_key = replace(gen_random_uuid()::text, '-', '');
