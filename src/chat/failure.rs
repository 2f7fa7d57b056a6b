//! Why there is no whole reply: one of the known kinds, and words for the user.
//!
//! The kind is stored and printed by one word, which never changes. What becomes of a failure on its way (which error it
//! was, which exit code it gives) is not known here.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Makes the kinds of one list, so that none can be written and not be read.
macro_rules! kinds {
    ($($(#[$about:meta])* $name:ident = $word:literal,)*) => {
        /// What kind of failure it is, as far as a program or its user can do something about it.
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(from = "String", into = "String")]
        #[non_exhaustive]
        pub enum FailureKind {
            $($(#[$about])* $name,)*
            /// A word that this version does not know, kept as it is: another version has written it.
            Other(String),
        }

        impl FailureKind {
            /// The word for it, in the store and in `ask --json`.
            pub fn word(&self) -> &str {
                match self {
                    $(Self::$name => $word,)*
                    Self::Other(word) => word,
                }
            }
        }

        impl From<String> for FailureKind {
            fn from(word: String) -> Self {
                match word.as_str() {
                    $($word => Self::$name,)*
                    _ => Self::Other(word),
                }
            }
        }

        #[cfg(test)]
        const WORDS: &[&str] = &[$($word),*];
    };
}

kinds! {
    /// No connection came about.
    Connect = "connect",
    /// It fell silent.
    Timeout = "timeout",
    /// A status of HTTP that says no.
    Status = "status",
    /// Something before the Space answered in its place.
    Unavailable = "unavailable",
    /// What came could not be understood.
    Decode = "decode",
    /// The Space failed.
    Space = "space",
    /// The quota is used up.
    Quota = "quota",
    /// The Space takes no more for now.
    QueueFull = "queue_full",
    /// The Space sleeps.
    Asleep = "asleep",
    /// The Space has forgotten the session.
    SessionLost = "session_lost",
    /// It wants a name and a password.
    Login = "login",
    /// It asks who the user is, by a token of the Hub that it was not given.
    SignIn = "sign_in",
    /// It wants a key, or refuses the one that it got.
    Key = "key",
    /// The prompt does not fit into the model's window.
    TooLong = "too_long",
    /// The Space cannot do what was asked of it, or is no chat.
    Unsupported = "unsupported",
    /// Something that is set does not fit the Space.
    Settings = "settings",
    /// The program is not set up for it.
    Setup = "setup",
    /// The Space has no such model.
    UnknownModel = "unknown_model",
    /// The program itself failed.
    Internal = "internal",
}

impl FailureKind {
    /// The kinds in which the message was not delivered: no connection came about, the Space sleeps, its queue is full,
    /// or something before it answered in its place (429, 502 to 504).
    pub const UNDELIVERED: [Self; 4] = [
        Self::Connect,
        Self::Asleep,
        Self::QueueFull,
        Self::Unavailable,
    ];
}

impl From<FailureKind> for String {
    fn from(kind: FailureKind) -> Self {
        kind.word().to_owned()
    }
}

impl fmt::Display for FailureKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.word())
    }
}

/// Why there is no whole reply, in words for a user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What kind it is of.
    pub kind: FailureKind,
    /// What happened, and where.
    pub message: String,
    /// What the user can do.
    pub hint: String,
}

impl Failure {
    /// Whether the message was not delivered: it waits, and is sent on the user's word.
    pub fn is_undelivered(&self) -> bool {
        FailureKind::UNDELIVERED.contains(&self.kind)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(word: &str) -> Failure {
        let json = format!(r#"{{"kind":"{word}","message":"m","hint":"h"}}"#);
        let failure: Failure = serde_json::from_str(&json).unwrap();
        assert_eq!(serde_json::to_string(&failure).unwrap(), json);
        failure
    }

    #[test]
    fn the_words_that_are_stored_and_printed_stay_the_same() {
        let released = [
            "connect",
            "timeout",
            "status",
            "unavailable",
            "decode",
            "space",
            "quota",
            "queue_full",
            "asleep",
            "session_lost",
            "login",
            "sign_in",
            "key",
            "too_long",
            "unsupported",
            "settings",
            "setup",
            "unknown_model",
            "internal",
        ];
        assert_eq!(WORDS, released);
        for word in WORDS {
            let kind = read(word).kind;
            assert_eq!(kind.to_string(), *word);
            assert!(!matches!(kind, FailureKind::Other(_)), "{word}");
        }
    }

    #[test]
    fn a_word_of_another_version_survives_reading_and_writing() {
        for word in ["melted", "", "Connect"] {
            let failure = read(word);
            assert_eq!(failure.kind, FailureKind::Other(word.to_owned()));
            assert!(!failure.is_undelivered());
        }
    }

    #[test]
    fn a_message_is_undelivered_where_nobody_took_it() {
        for word in ["connect", "asleep", "queue_full", "unavailable"] {
            assert!(read(word).is_undelivered(), "{word}");
        }
        for word in ["timeout", "space", "status", "login", "internal"] {
            assert!(!read(word).is_undelivered(), "{word}");
        }
    }
}
