-- The instance of the program whose window this stands in; '' for one that is gone.
ALTER TABLE unsent ADD COLUMN writer TEXT NOT NULL DEFAULT '';

-- What stands in the composer is unsent like the rest: of the kind 'draft', one for each writer.
INSERT INTO unsent (conversation, kind, text) SELECT conversation, 'draft', text FROM drafts;
INSERT INTO unsent_attachments (unsent, place, name, tokens, text, file, content, origin)
    SELECT unsent.key, place, name, tokens, draft_attachments.text, file, content, origin
    FROM draft_attachments
    JOIN unsent ON unsent.conversation = draft_attachments.conversation AND kind = 'draft';
DROP TABLE draft_attachments;
DROP TABLE drafts;
