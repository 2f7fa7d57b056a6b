//! How many tokens what would be sent has, as its source counts them: asked once typing rests.
//!
//! Only some sources count, and which of them are asked is theirs to say: a draft must not leave this machine before it is
//! sent. Estimates are not here (see [`super::token_budget`]).

use crate::app::conversation::source;
use crate::app::effect::CountRequest;
use crate::app::{Effect, Model, OpenConversation};
use crate::chat::{ConversationId, Message, MessageId};
use std::sync::Arc;
use std::time::Duration;

/// How long typing must rest before it is counted.
const REST: Duration = Duration::from_millis(300);

/// What was counted of the draft that is seen, and what is to be.
#[derive(Debug, Default)]
pub(in crate::app) struct Counting {
    /// What was counted last, or is to be.
    of: Option<Stamp>,
    /// When it is to be asked, unless it was.
    due: Option<Duration>,
    /// Names the question.
    number: u64,
    tokens: Option<usize>,
    /// The source and the model that do not count.
    silent: Option<(String, String)>,
}

/// Which text was counted, without the text.
#[derive(Debug, Clone, PartialEq)]
struct Stamp {
    conversation: ConversationId,
    head: Option<MessageId>,
    /// Those of the draft, and of what is left out.
    revisions: (u64, u64),
    system: Arc<str>,
    source: (String, String),
}

impl Stamp {
    fn of(open: &OpenConversation) -> Self {
        let conversation = &open.conversation;
        Self {
            conversation: conversation.id,
            head: open.head(),
            revisions: revisions(open),
            system: Arc::clone(&conversation.system),
            source: (conversation.space.clone(), conversation.model.clone()),
        }
    }

    fn is_of(&self, open: &OpenConversation) -> bool {
        self.conversation == open.conversation.id
            && self.head == open.head()
            && self.revisions == revisions(open)
            && Arc::ptr_eq(&self.system, &open.conversation.system)
            && is_source(&self.source, open)
    }
}

fn revisions(open: &OpenConversation) -> (u64, u64) {
    (open.composer.revision(), open.conversation.reweighed())
}

fn is_source((space, model): &(String, String), open: &OpenConversation) -> bool {
    *space == open.conversation.space && *model == open.conversation.model
}

impl Counting {
    /// What the source has counted in what would be sent now; `None` where it has not.
    pub fn tokens(&self, open: &OpenConversation) -> Option<usize> {
        let is_of = self.of.as_ref().is_some_and(|of| of.is_of(open));
        self.tokens.filter(|_| is_of)
    }

    /// When something is to be asked.
    pub fn wake_at(&self) -> Option<Duration> {
        self.due
    }

    /// A reply came: what did not count before may be known now for one that does.
    pub fn ask_again(&mut self) {
        self.silent = None;
    }

    fn take(&mut self, tokens: Option<usize>) {
        self.tokens = tokens;
        if tokens.is_none() {
            self.silent = self.of.as_ref().map(|of| of.source.clone());
        }
    }

    /// Notes what is to be counted; `true` when it is to be asked now.
    fn note(&mut self, open: &OpenConversation, now: Duration) -> bool {
        let is_silent = self.silent.as_ref();
        let is_silent = is_silent.is_some_and(|silent| is_source(silent, open));
        if is_silent || open.composer.is_empty() || open.turn.is_some() {
            self.due = None;
            self.of = None;
            return false;
        }
        if !self.of.as_ref().is_some_and(|of| of.is_of(open)) {
            self.of = Some(Stamp::of(open));
            self.tokens = None;
            self.number += 1;
            self.due = Some(now + REST);
        }
        self.due.take_if(|due| *due <= now).is_some()
    }
}

/// What would travel if the draft were sent now, the newest last.
pub(super) fn would_travel(open: &OpenConversation) -> Vec<Arc<Message>> {
    let mut messages = open.past_to_send();
    let draft = open.composer.draft();
    if !draft.is_empty() {
        let mut message = Message::user(draft.text);
        message.attachments = draft.attachments;
        messages.push(Arc::new(message));
    }
    messages
}

/// Takes the answer to a question; an answer to an earlier one is dropped. A source that counts has told its names, too.
pub(super) fn counted(model: &mut Model, number: u64, tokens: Option<usize>) -> Vec<Effect> {
    if number != model.counting.number {
        return Vec::new();
    }
    model.counting.take(tokens);
    let describe = tokens.map(|_| source::describe(&model.conversation().conversation));
    describe.into_iter().collect()
}

/// Asks the source for its count, once typing rests.
pub(super) fn due(model: &mut Model) -> Option<Effect> {
    let now = model.clock.uptime;
    let open = model.open.get(&model.current)?;
    if !model.counting.note(open, now) {
        return None;
    }
    let messages = would_travel(open);
    // Pictures are counted in as many ways as there are models.
    let mut files = messages.iter().flat_map(|message| &message.attachments);
    if files.any(|attachment| attachment.file.is_some()) {
        return None;
    }
    Some(Effect::CountTokens(CountRequest {
        number: model.counting.number,
        messages,
        system: Arc::clone(&open.conversation.system),
        model: open.conversation.model.clone(),
        space: open.conversation.space.clone(),
        file_form: model.defaults.file_form,
    }))
}
