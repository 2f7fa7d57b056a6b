//! The chats that a page shows: which events send a message, and where the reply appears.
//!
//! Every event that takes a message and leads to a chat is a candidate. The best candidate of each chat is kept, the
//! likeliest chat first, and a close decision is reported as a doubt.

use super::chat::{Chat, Form};
use super::evidence::{self, Candidate, Weighed};
use super::inputs::{self, Parameters};
use super::memory;
use crate::gradio::app::{App, Component, ComponentId, Dependency};
use crate::gradio::wiring::{self, SETTING_EVENTS, Scope};
use std::sync::Arc;

/// The events by which a user sends.
const SENDING_EVENTS: [&str; 3] = ["submit", "click", "press_enter"];
/// The doubt about a page whose own script changes what is sent.
const SCRIPT: &str = "Sending a message on this page runs a script, which only a browser can run.";
/// The doubt about a chat that is hidden when the page opens.
const HIDDEN: &str =
    "The chat is hidden when the page opens. It may need a key or a name first. See the settings.";
/// How many chats of one page are offered.
const MOST_CHATS: usize = 16;
/// How many boxes of one event are examined as the message box.
const MOST_BOXES: usize = 16;

/// The chats of a page with chatbots, the likeliest first; none where it has no chatbot.
pub(super) fn with_chatbots(app: &App, parameters: &Parameters<'_>) -> Vec<Chat> {
    chats(app, parameters, candidates(app, chatbots))
}

/// The chats of a page without a chatbot, whose reply is a text.
pub(super) fn with_texts(app: &App, parameters: &Parameters<'_>) -> Vec<Chat> {
    chats(app, parameters, candidates(app, text_output))
}

fn chats(app: &App, parameters: &Parameters<'_>, candidates: Vec<Candidate<'_>>) -> Vec<Chat> {
    let weighed = evidence::weighed(app, candidates);
    let Some(best) = weighed.first() else {
        return Vec::new();
    };
    let close = |other: &Weighed<'_>| best.weight - other.weight < best.strongest;
    let mut kept: Vec<&Weighed<'_>> = Vec::new();
    for other in &weighed {
        let is_new = |kept: &&Weighed<'_>| kept.candidate.replies != other.candidate.replies;
        let is_other = |kept: &&Weighed<'_>| {
            kept.candidate.replies != other.candidate.replies
                || kept.candidate.message != other.candidate.message
        };
        let is_likely = other.weight > 0 && kept.iter().all(is_new);
        let is_kept = is_likely || (close(other) && kept.iter().all(is_other));
        if kept.is_empty() || is_kept && kept.len() < MOST_CHATS {
            kept.push(other);
        }
    }
    let mut chats: Vec<Chat> = kept
        .iter()
        .map(|weighed| chat(app, parameters, &weighed.candidate))
        .collect();
    name_apart(app, &mut chats);
    let rivals: Vec<String> = chats
        .iter()
        .zip(&kept)
        .skip(1)
        .filter(|(_, other)| close(other))
        .map(|(chat, _)| chat.name.clone())
        .collect();
    if let (Some(first), false) = (chats.first_mut(), rivals.is_empty()) {
        first.doubts.push(format!(
            "Several chats are possible: {} or {}. Choose with --chat NAME.",
            first.name,
            rivals.join(" or ")
        ));
    }
    chats
}

fn chat(app: &App, parameters: &Parameters<'_>, candidate: &Candidate<'_>) -> Chat {
    let (first, message) = (candidate.dependency.id, candidate.message);
    let chain = wiring::course(app, candidate.dependency);
    let scope = Scope::new(app, first, &candidate.replies, message);
    let mut taking = chain.clone();
    taking.extend(setters(app, &scope, message));
    let is_seen = candidate.replies.iter().any(|id| app.is_visible(*id));
    let is_offered = |id| (!is_seen || app.is_visible(id)) && !is_output(app, id);
    let (inputs, places) = inputs::of(app, &taking, message, parameters, is_offered);
    let is_scripted = |step: &&&Dependency| {
        let mut outputs = step.outputs.iter();
        step.has_script && outputs.any(|id| scope.matters(*id))
    };
    let scripts = app.chain(candidate.dependency);
    let scripts: Vec<_> = scripts.iter().filter(is_scripted).collect();
    let doubts = [(!scripts.is_empty(), SCRIPT), (!is_seen, HIDDEN)];
    let doubts = doubts.into_iter().filter(|(holds, _)| *holds);
    let doubts = doubts.map(|(_, words)| words.to_owned()).collect();
    let needs_script = scripts.iter().any(|step| !step.backend_fn);
    Chat {
        form: if scope.left_out().is_interface() {
            Form::Interface
        } else {
            Form::Page
        },
        name: String::new(),
        first,
        message,
        replies: candidate.replies.clone(),
        memory: memory::of(app, &chain, &scope),
        inputs,
        places,
        scope: Arc::new(scope),
        needs_script,
        doubts,
    }
}

/// Gives each chat a name that no other has: its tab's, its own label, with the box that it is written in where that is
/// what distinguishes it, and a number where nothing does.
fn name_apart(app: &App, chats: &mut [Chat]) {
    let label = |id| Chat::name_of(app, id);
    for at in 0..chats.len() {
        let chat = &chats[at];
        let tab = app.tab(chat.reply()).map(str::to_owned);
        let several = chats
            .iter()
            .filter(|other| app.tab(other.reply()).map(str::to_owned) == tab)
            .count()
            > 1;
        let labels: Vec<String> = chat.replies.iter().map(|id| label(*id)).collect();
        let own = labels.join(" and ");
        let mut name = match tab {
            Some(tab) if !several => tab,
            _ if own.trim().is_empty() => "Chat".to_owned(),
            _ => own,
        };
        let is_taken = |name: &str| chats[..at].iter().any(|other| other.name == name);
        if is_taken(&name) {
            name = format!("{name} by {}", label(chat.message));
        }
        let mut numbered = name.clone();
        let mut number = 2;
        while is_taken(&numbered) {
            numbered = format!("{name} {number}");
            number += 1;
        }
        chats[at].name = numbered;
    }
}

/// Whether a component only shows text, which cannot be edited.
fn is_output(app: &App, id: ComponentId) -> bool {
    app.component(id).is_some_and(|component| {
        component.props.get("interactive") == Some(&serde_json::Value::Bool(false))
            && matches!(component.kind.as_str(), "textbox" | "code")
    })
}

/// Where a reply may appear, by the function that an event fires and the message box.
type Replies = fn(&App, &Dependency, ComponentId) -> Vec<ComponentId>;

/// Every event that takes a message and leads to a reply.
pub(super) fn candidates(app: &App, replies: Replies) -> Vec<Candidate<'_>> {
    let mut candidates = Vec::new();
    for dependency in app.dependencies() {
        let targets = dependency.targets.iter();
        let sends = targets.filter(|(_, event)| SENDING_EVENTS.contains(&event.as_str()));
        for touched in sends.filter_map(|(component, _)| *component) {
            let chain = app.chain(dependency);
            for message in boxes(app, &chain, touched) {
                let replies = replies(app, dependency, message);
                if !replies.is_empty() {
                    candidates.push(Candidate {
                        dependency,
                        touched,
                        message,
                        replies,
                    });
                }
            }
        }
    }
    candidates
}

/// The boxes that may hold the message: the one whose event it is, or all that the functions take; where they take
/// none, those that write what they take as they are typed into.
fn boxes(app: &App, chain: &[&Dependency], touched: ComponentId) -> Vec<ComponentId> {
    if app.is(touched, Component::is_message_box) {
        return vec![touched];
    }
    let taken = |steps: &[&Dependency]| {
        let mut found: Vec<ComponentId> = Vec::new();
        for id in steps.iter().flat_map(|step| &step.inputs) {
            if app.is(*id, Component::is_message_box) && !found.contains(id) {
                found.push(*id);
            }
        }
        found.truncate(MOST_BOXES);
        found
    };
    let direct = taken(chain);
    if !direct.is_empty() {
        return direct;
    }
    let writes = |step: &&Dependency| {
        let is_typing = step
            .targets
            .iter()
            .any(|(_, event)| SETTING_EVENTS.contains(&event.as_str()));
        let mut taken = chain.iter().flat_map(|step| &step.inputs);
        is_typing && taken.any(|id| step.outputs.contains(id))
    };
    let typing: Vec<&Dependency> = app.dependencies().iter().filter(writes).collect();
    taken(&typing)
}

/// The chatbots that a function and those after it write to, or where they write to none, those that a change of
/// what they write leads to.
fn chatbots(app: &App, first: &Dependency, _: ComponentId) -> Vec<ComponentId> {
    // A chat that is hidden may be opened by a key or a login; where another one is seen, it is not meant.
    let is_seen = |chatbot: &Component| chatbot.is_chatbot() && app.is_visible(chatbot.id);
    let is_any_seen = app.components().any(is_seen);
    let written = |steps: Vec<&Dependency>| {
        let mut found: Vec<ComponentId> = Vec::new();
        for &id in steps.iter().flat_map(|step| &step.outputs) {
            let is_meant = !is_any_seen || app.is_visible(id);
            if app.is(id, Component::is_chatbot) && is_meant && !found.contains(&id) {
                found.push(id);
            }
        }
        found
    };
    let direct = written(app.chain(first));
    if direct.is_empty() {
        written(wiring::course(app, first))
    } else {
        direct
    }
}

/// The first text that a function and those after it write to, where nothing on the page is a chatbot; where they write
/// none, the first picture, sound or file, whose link is the reply.
fn text_output(app: &App, first: &Dependency, message: ComponentId) -> Vec<ComponentId> {
    let steps = app.chain(first);
    let is_typed_in = |id| wiring::fired_by(app, id, "submit").next().is_some();
    let shown = |is_kind: fn(&Component) -> bool| {
        let mut written = steps.iter().flat_map(|step| &step.outputs);
        written.find(|id| {
            let is_shown = app.is(**id, is_kind) && app.is_visible(**id);
            **id != message && is_shown && !is_typed_in(**id)
        })
    };
    let found = shown(Component::is_text).or_else(|| shown(Component::is_media));
    found.copied().into_iter().collect()
}

/// The functions by which an input beside the message may act: fired by an event of it or of a button, and of effect on
/// the chat; what takes the message is none.
pub(super) fn setters<'a>(
    app: &'a App,
    scope: &'a Scope,
    message: ComponentId,
) -> impl Iterator<Item = &'a Dependency> {
    app.dependencies().iter().filter(move |dependency| {
        let mut targets = dependency.targets.iter();
        let is_set = |(id, event): &(Option<ComponentId>, String)| {
            let is_own = id.is_some_and(|id| dependency.inputs.contains(&id));
            (is_own && (SETTING_EVENTS.contains(&event.as_str()) || event == "submit"))
                || event == "click"
        };
        targets.any(is_set)
            && !dependency.inputs.contains(&message)
            && scope.is_changed_by(app, dependency)
    })
}

/// The events of an input that a user sets.
pub(super) fn events(place: ComponentId) -> Vec<(ComponentId, &'static str)> {
    SETTING_EVENTS.map(|event| (place, event)).to_vec()
}

/// What a user presses for an input to act once it is set: nothing where the turn takes it or an event of its own acts,
/// or else Enter in it, or the button whose function takes it.
pub(super) fn press(
    app: &App,
    chat: &Chat,
    place: ComponentId,
) -> Option<(ComponentId, &'static str)> {
    let fires = |id: ComponentId, event: &str| {
        wiring::fired_by(app, id, event).any(|fired| chat.scope.is_changed_by(app, fired))
    };
    let first = app.dependency(chat.first);
    let is_taken = first.is_some_and(|first| {
        let course = wiring::course(app, first);
        course.iter().any(|step| step.inputs.contains(&place))
    });
    if is_taken || events(place).iter().any(|(id, event)| fires(*id, event)) {
        return None;
    }
    if fires(place, "submit") {
        return Some((place, "submit"));
    }
    let mut setters = setters(app, &chat.scope, chat.message);
    let setter = setters.find(|setter| setter.inputs.contains(&place))?;
    let mut clicks = setter.targets.iter().filter(|(_, event)| event == "click");
    clicks.find_map(|(id, _)| Some(((*id)?, "click")))
}
