//! Recognises Gradio's own chat page, `gr.ChatInterface`, and says which of its functions need not
//! run.
//!
//! Its functions are the library's own, so that what each does is known (`chat_interface.py` of Gradio 4.0 to 6.31): one
//! only shows the user's message until the reply is there, and from 5.30 on the change of a State shows the conversation
//! once more. Each sends or gives back the whole conversation and leaves the server and the next turn as they
//! were, so they are left out: of a long past, that saves two thirds of the traffic. Pages that others built are run whole.

use super::app::{App, Component, ComponentId, Dependency, FnIndex};
use std::collections::HashSet;

/// The label of the hidden button with which a `ChatInterface` offers its function to programs (Gradio 3.50 to 6.31).
const FAKE_API: &str = "Fake API";

/// The function that a `ChatInterface` offers to programs: first a message, then the State with its history.
pub fn function(app: &App) -> Option<&Dependency> {
    let is_fake = |button: &Component| button.kind == "button" && button.value == FAKE_API;
    app.dependencies().iter().find(|dependency| {
        let mut targets = dependency.targets.iter();
        dependency.backend_fn
            && targets
                .any(|(id, event)| event == "click" && id.is_some_and(|id| app.is(id, is_fake)))
    })
}

/// The functions of a turn that need not run at a `ChatInterface`; none on any other page.
#[derive(Debug, Clone, Default)]
pub struct LeftOut {
    functions: HashSet<FnIndex>,
    /// Functions that copy the chat into State, whose change would only show it again.
    copies: HashSet<FnIndex>,
    is_interface: bool,
}

impl LeftOut {
    /// The functions that need not run in the turn that begins with `first` and whose reply is in
    /// `chat`.
    pub fn new(app: &App, first: FnIndex, chat: ComponentId) -> Self {
        let (Some(first), Some(_)) = (app.dependency(first), function(app)) else {
            return Self::default();
        };
        let steps = app.chain(first);
        let only_shows = |at: usize| {
            let touches =
                |step: &&&Dependency| step.inputs.contains(&chat) || step.outputs.contains(&chat);
            let next = steps[at + 1..].iter().find(touches);
            at > 0
                && steps[at].outputs == [chat]
                && next.is_some_and(|next| !next.inputs.contains(&chat))
        };
        let copies = |step: &&&Dependency| {
            let mut outputs = step.outputs.iter();
            step.inputs == [chat] && outputs.all(|id| app.is(*id, Component::is_state))
        };
        Self {
            functions: (0..steps.len())
                .filter(|at| only_shows(*at))
                .map(|at| steps[at].id)
                .collect(),
            copies: steps.iter().filter(copies).map(|step| step.id).collect(),
            is_interface: true,
        }
    }

    /// Whether the page is a `ChatInterface`.
    pub fn is_interface(&self) -> bool {
        self.is_interface
    }

    /// Whether this function need not be run.
    pub fn has(&self, function: FnIndex) -> bool {
        self.functions.contains(&function)
    }

    /// Whether what the change of `state` fires need not be run, after `done` has written it.
    pub fn is_shown_already(&self, app: &App, done: FnIndex, state: ComponentId) -> bool {
        self.copies.contains(&done)
            && app
                .dependencies()
                .iter()
                .filter(|fired| fired.is_fired_by(state, "change"))
                .all(|shows| shows.inputs == [state])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recorded(config: &str) -> App {
        App::read(&serde_json::from_str(config).unwrap()).unwrap()
    }

    #[test]
    fn of_gradio_5_and_6_the_step_that_shows_the_message_and_the_echo_of_the_state_are_left_out() {
        for config in [
            include_str!("../../tests/fixtures/chatinterface-5.49.config.json"),
            include_str!("../../tests/fixtures/chatinterface-6.31.config.json"),
        ] {
            let app = recorded(config);
            let left_out = LeftOut::new(&app, 0, 8);
            let steps = app.chain(app.dependency(0).unwrap());
            let functions: Vec<_> = steps.iter().map(|step| step.id).collect();
            let kept: Vec<_> = functions.iter().filter(|id| !left_out.has(**id)).collect();
            assert_eq!(kept.len() + 1, functions.len(), "{functions:?}");
            assert!(left_out.has(1), "{functions:?}");
            assert!(left_out.is_shown_already(&app, 3, 16));
            assert!(!left_out.is_shown_already(&app, 2, 16));
        }
    }

    #[test]
    fn of_gradio_4_whose_chat_is_the_history_nothing_is_left_out() {
        let app = recorded(include_str!(
            "../../tests/fixtures/chatinterface-4.44.config.json"
        ));
        let function = function(&app).unwrap();
        let sends = app
            .dependencies()
            .iter()
            .find(|d| d.is_fired_by(function.inputs[0], "submit"))
            .unwrap();
        let chat = app.components().find(|found| found.is_chatbot()).unwrap();
        let left_out = LeftOut::new(&app, sends.id, chat.id);
        assert!(left_out.is_interface());
        assert!(app.chain(sends).iter().all(|step| !left_out.has(step.id)));
    }
}
