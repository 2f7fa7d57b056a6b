-- What was learned of a source of replies, or of a model there, and outlasts the program.
CREATE TABLE learned (
    space TEXT NOT NULL, -- as in conversations
    model TEXT NOT NULL, -- as it is asked for; '' for the source itself and the model it uses unasked
    fact TEXT NOT NULL,  -- which fact; a name that this version does not know is a newer one's
    value TEXT NOT NULL, -- JSON
    PRIMARY KEY (space, model, fact)
) WITHOUT ROWID;

-- What the source told of a reply at its end: JSON; NULL where it told nothing.
ALTER TABLE messages ADD COLUMN outcome TEXT;
