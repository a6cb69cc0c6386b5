-- Where a conversation's unread messages begin. Both databases run this text.

-- unread_from: the seq of the first of them; none where nothing is unread.
ALTER TABLE conversations ADD COLUMN unread_from BIGINT;

-- What was answered by a person counts as read, wherever the mark stands.
UPDATE conversations SET unread_from = (
    SELECT MIN(m.seq) FROM messages m
    WHERE m.conversation_id = conversations.id AND m.kind = 'user' AND m.seq > conversations.team_read_seq
    AND m.seq > COALESCE((
        SELECT MAX(a.seq) FROM messages a
        WHERE a.conversation_id = conversations.id AND a.kind = 'bot' AND a.visibility = 'public' AND a.author_id IS NOT NULL
    ), 0)
) WHERE unread_count > 0;
