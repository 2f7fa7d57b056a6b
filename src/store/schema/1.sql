-- Long texts that are referred to: attachments and system messages, each stored once.
CREATE TABLE texts (
    key INTEGER PRIMARY KEY,
    hash BLOB NOT NULL UNIQUE, -- SHA-256 of the text
    text TEXT NOT NULL
);

-- Times are RFC 3339 in UTC with nine digits of a second, so that they sort as text.
CREATE TABLE conversations (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    title TEXT,                          -- given by the user
    first_words TEXT NOT NULL DEFAULT '', -- shown where there is no title
    preview TEXT NOT NULL DEFAULT '',    -- how the last message begins
    space TEXT NOT NULL,
    model TEXT NOT NULL,
    system INTEGER NOT NULL REFERENCES texts (key),
    settings TEXT NOT NULL,              -- a JSON object of texts
    head TEXT,                           -- a message's id
    messages INTEGER NOT NULL DEFAULT 0, -- how many, all branches counted
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT                      -- in the trash since
);
CREATE INDEX conversations_newest ON conversations (updated_at, key);
CREATE INDEX conversations_system ON conversations (system);

CREATE TABLE messages (
    key INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    conversation INTEGER NOT NULL REFERENCES conversations (key) ON DELETE CASCADE,
    parent TEXT, -- a message's id
    role TEXT NOT NULL,
    state TEXT NOT NULL,
    writer TEXT, -- the instance that receives it, while it streams
    revision INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    system INTEGER REFERENCES texts (key),
    failure TEXT, -- JSON
    hidden_tail TEXT NOT NULL,
    reasoning TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX messages_conversation ON messages (conversation);
CREATE INDEX messages_system ON messages (system) WHERE system IS NOT NULL;
CREATE INDEX messages_streaming ON messages (writer) WHERE state = 'streaming';
CREATE INDEX messages_prompts ON messages (created_at) WHERE role = 'user';

-- What a streaming reply's text has got since it was last written whole.
CREATE TABLE pieces (
    key INTEGER PRIMARY KEY,
    message INTEGER NOT NULL REFERENCES messages (key) ON DELETE CASCADE,
    text TEXT NOT NULL
);
CREATE INDEX pieces_message ON pieces (message);

CREATE TABLE attachments (
    message INTEGER NOT NULL REFERENCES messages (key) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    name TEXT NOT NULL,
    tokens INTEGER NOT NULL,
    text INTEGER NOT NULL REFERENCES texts (key),
    file TEXT, -- a path of this machine, where a file is sent and not the text
    PRIMARY KEY (message, place)
) WITHOUT ROWID;
CREATE INDEX attachments_text ON attachments (text);

CREATE TABLE drafts (
    conversation INTEGER PRIMARY KEY REFERENCES conversations (key) ON DELETE CASCADE,
    text TEXT NOT NULL
);

CREATE TABLE draft_attachments (
    conversation INTEGER NOT NULL REFERENCES drafts (conversation) ON DELETE CASCADE,
    place INTEGER NOT NULL,
    name TEXT NOT NULL,
    tokens INTEGER NOT NULL,
    text INTEGER NOT NULL REFERENCES texts (key),
    file TEXT,
    PRIMARY KEY (conversation, place)
) WITHOUT ROWID;
CREATE INDEX draft_attachments_text ON draft_attachments (text);

-- What the index covers: a message's own text, or a text that messages have attached.
CREATE TABLE sources (
    key INTEGER PRIMARY KEY AUTOINCREMENT, -- never used again: the indexer remembers it
    message INTEGER UNIQUE REFERENCES messages (key) ON DELETE CASCADE,
    text INTEGER UNIQUE REFERENCES texts (key) ON DELETE CASCADE,
    indexed INTEGER DEFAULT 0, -- bytes of it that are in the index; NULL when all are
    CHECK ((message IS NULL) <> (text IS NULL))
);
CREATE INDEX sources_open ON sources (key) WHERE indexed IS NOT NULL;

-- Where the rows of the index are from; the keys are the same.
CREATE TABLE fts_rows (
    key INTEGER PRIMARY KEY,
    source INTEGER NOT NULL REFERENCES sources (key) ON DELETE CASCADE,
    start INTEGER NOT NULL, -- in bytes
    length INTEGER NOT NULL
);
CREATE INDEX fts_rows_source ON fts_rows (source);

-- Holds no text: that is in the messages.
CREATE VIRTUAL TABLE fts USING fts5 (
    text, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER fts_rows_removed AFTER DELETE ON fts_rows BEGIN
    DELETE FROM fts WHERE rowid = old.key;
END;

-- Each row of the index with every message in which it is found.
CREATE VIEW searched (row, message) AS
    SELECT fts_rows.key, sources.message FROM fts_rows JOIN sources ON sources.key = fts_rows.source
    WHERE sources.message IS NOT NULL
    UNION ALL
    SELECT fts_rows.key, attachments.message FROM fts_rows
    JOIN sources ON sources.key = fts_rows.source
    JOIN attachments ON attachments.text = sources.text;
