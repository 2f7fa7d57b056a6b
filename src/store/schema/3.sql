-- Nothing reads it since the switcher searches sources.
DROP VIEW searched;

-- Whether the user leaves it out of what is sent.
ALTER TABLE messages ADD COLUMN left_out INTEGER NOT NULL DEFAULT 0;

-- The file that an attachment was read from, as it stood then: a JSON object.
ALTER TABLE attachments ADD COLUMN origin TEXT;
ALTER TABLE draft_attachments ADD COLUMN origin TEXT;

-- What is written and neither sent nor in the composer, in order.
CREATE TABLE unsent (
    key INTEGER PRIMARY KEY,
    conversation INTEGER NOT NULL REFERENCES conversations (key) ON DELETE CASCADE,
    kind TEXT NOT NULL, -- 'queued' to be sent, or set 'aside'
    text TEXT NOT NULL
);
CREATE INDEX unsent_conversation ON unsent (conversation, kind);

CREATE TABLE unsent_attachments (
    unsent INTEGER NOT NULL REFERENCES unsent (key) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    name TEXT NOT NULL,
    tokens INTEGER NOT NULL,
    text INTEGER NOT NULL REFERENCES texts (key),
    file TEXT,
    content INTEGER REFERENCES files (key),
    origin TEXT,
    PRIMARY KEY (unsent, place)
) WITHOUT ROWID;
CREATE INDEX unsent_attachments_text ON unsent_attachments (text);
CREATE INDEX unsent_attachments_content ON unsent_attachments (content) WHERE content IS NOT NULL;

-- System messages that were saved to be used again.
CREATE TABLE presets (
    key INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    text INTEGER NOT NULL REFERENCES texts (key),
    is_default INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX presets_text ON presets (text);
