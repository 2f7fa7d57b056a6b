//! The reusable sessions of the most recent conversations. Older sessions are forgotten, and the
//! whole past is then sent in a new session.
//!
//! Only a turn that ended well leaves a session here; the next turn takes it out.

use crate::chat::ConversationId;
use crate::provider::Session;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many sessions are held.
const CAPACITY: usize = 64;

/// A digest of what a session's server remembers.
pub type SessionKey = [u8; 32];

/// The sessions; clones are the same ones.
#[derive(Debug, Clone, Default)]
pub struct Sessions(Arc<Mutex<VecDeque<(ConversationId, SessionKey, Session)>>>);

impl Sessions {
    fn lock(&self) -> MutexGuard<'_, VecDeque<(ConversationId, SessionKey, Session)>> {
        // No holder of the lock can leave the value incomplete.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a conversation's session out, if it remembers exactly this.
    pub fn take(&self, conversation: ConversationId, key: SessionKey) -> Option<Session> {
        let mut held = self.lock();
        let at = held.iter().position(|(of, ..)| *of == conversation)?;
        let (_, remembers, session) = held.remove(at)?;
        (remembers == key).then_some(session)
    }

    /// Puts a conversation's session in, in place of the one that it had.
    pub fn put(&self, conversation: ConversationId, key: SessionKey, session: Session) {
        let mut held = self.lock();
        held.retain(|(of, ..)| *of != conversation);
        if held.len() == CAPACITY {
            held.pop_front();
        }
        held.push_back((conversation, key, session));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session(hash: &str) -> Session {
        Session::new(hash, None)
    }

    #[test]
    fn a_session_is_had_once_and_only_by_who_knows_what_it_remembers() {
        let sessions = Sessions::default();
        let conversation = ConversationId::new();
        sessions.put(conversation, [1; 32], session("a"));
        assert_eq!(sessions.take(conversation, [2; 32]), None);
        sessions.put(conversation, [1; 32], session("a"));
        sessions.put(conversation, [2; 32], session("b"));
        assert_eq!(sessions.take(conversation, [2; 32]), Some(session("b")));
        assert_eq!(sessions.take(conversation, [2; 32]), None);
    }

    #[test]
    fn the_sessions_of_the_conversations_that_were_asked_first_are_forgotten() {
        let sessions = Sessions::default();
        let asked: Vec<ConversationId> = (0..=CAPACITY).map(|_| ConversationId::new()).collect();
        for conversation in &asked {
            sessions.put(*conversation, [0; 32], session("s"));
        }
        assert_eq!(sessions.take(asked[0], [0; 32]), None);
        assert!(sessions.take(asked[1], [0; 32]).is_some());
        assert!(sessions.take(asked[CAPACITY], [0; 32]).is_some());
    }
}
