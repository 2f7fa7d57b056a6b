-- For how long a model thought, in milliseconds.
ALTER TABLE messages ADD COLUMN thought_for INTEGER NOT NULL DEFAULT 0;

-- Contents of files that are sent as they are, each stored once.
CREATE TABLE files (
    key INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE, -- SHA-256 of the content
    content BLOB NOT NULL
);

-- The path in `file` tells where it was attached from. Without a content, which version 1 did not
-- keep, what is there now is sent.
ALTER TABLE attachments ADD COLUMN content INTEGER REFERENCES files (key);
ALTER TABLE draft_attachments ADD COLUMN content INTEGER REFERENCES files (key);
CREATE INDEX attachments_content ON attachments (content) WHERE content IS NOT NULL;
CREATE INDEX draft_attachments_content ON draft_attachments (content) WHERE content IS NOT NULL;

-- Whether the user wants it at the head of the list.
ALTER TABLE conversations ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
