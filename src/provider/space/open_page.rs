//! An open page in a session: opens it, applies the user's settings and gives it a past, as a browser would.
//!
//! Each thing that is set fires its events, and what they run is waited for, because it may change what can be set
//! next: a provider's choice fills the list of models. The message is not sent here.

use super::chat::{Chat, Memory};
use super::inputs;
use super::memory::Past;
use super::page;
use crate::chat::input::{self, SpaceInput};
use crate::gradio::app::{App, ComponentId, Dependency, FnIndex};
use crate::gradio::wiring;
use crate::gradio::{self, Chain, Client, Tab};
use crate::provider::{ProviderError, Request, UnknownModel};
use serde_json::{Value, json};
use std::sync::Arc;

/// A setting to apply: an input, and the value given for it.
struct Wish {
    at: usize,
    given: Value,
    is_model: bool,
}

/// A page in one session; see the module's documentation.
pub(super) struct OpenPage<'a> {
    client: &'a Client,
    app: &'a Arc<App>,
    chat: &'a Chat,
    /// The components as they stand.
    pub session: gradio::Session,
    /// What the chat showed when the page had opened.
    opening: Value,
}

impl<'a> OpenPage<'a> {
    /// The page of a session that is open already.
    pub fn of(
        (client, app, chat): (&'a Client, &'a Arc<App>, &'a Chat),
        session: gradio::Session,
    ) -> Self {
        Self {
            opening: session.value(app, chat.reply()).clone(),
            client,
            app,
            chat,
            session,
        }
    }

    /// Opens the page in a session of its own: what the page does by itself then is done. A function that fails there
    /// is ignored, as in a browser.
    pub async fn open(known: (&'a Client, &'a Arc<App>, &'a Chat)) -> Result<Self, ProviderError> {
        let session = gradio::Session::new(gradio::session_hash());
        let mut page = Self::of(known, session);
        if page.chat.form.is_page() {
            let (session, failure) = Chain::at_load(page.tab()).settle().await;
            page.session = session;
            match failure {
                Some(failure @ gradio::Error::Failed { .. }) => {
                    tracing::info!(%failure, "the page opens with a failure");
                }
                Some(failure) => return Err(failure.into()),
                None => {}
            }
        }
        Ok(Self::of(known, page.session))
    }

    /// The page as a chain takes it.
    pub fn tab(&self) -> Tab {
        Tab {
            client: self.client.clone(),
            app: Arc::clone(self.app),
            session: self.session.clone(),
            scope: Arc::clone(&self.chat.scope),
        }
    }

    async fn settle(&mut self, chain: Chain) -> Result<(), ProviderError> {
        let (session, failure) = chain.settle().await;
        self.session = session;
        failure.map_or(Ok(()), |failure| Err(failure.into()))
    }

    /// Sets a component and fires its events. Nothing is fired where the value is the same.
    pub async fn set(
        &mut self,
        place: ComponentId,
        value: Value,
        events: &[(ComponentId, &str)],
    ) -> Result<(), ProviderError> {
        let is_same = *self.session.value(self.app, place) == value;
        self.session.set(place, value);
        if is_same || !self.chat.form.is_page() {
            return Ok(());
        }
        self.settle(Chain::at_events(self.tab(), events)).await
    }

    /// Sets a value beside the message and submits it as a user would.
    pub async fn act(&mut self, place: ComponentId, value: Value) -> Result<(), ProviderError> {
        self.set(place, value, &page::events(place)).await?;
        let press = page::press(self.app, self.chat, place);
        self.press(press.as_slice()).await
    }

    async fn press(&mut self, presses: &[(ComponentId, &str)]) -> Result<(), ProviderError> {
        if presses.is_empty() || !self.chat.form.is_page() {
            return Ok(());
        }
        self.settle(Chain::at_events(self.tab(), presses)).await
    }

    /// Sets the model, the system message and the settings of a request, each after those that can change it; what is
    /// pressed for them to act is pressed once all are set (a name and a password). A value that is not taken is tried
    /// again while others are. What another one has set back is set once more at the end.
    pub async fn set_all(&mut self, request: &Request) -> Result<(), ProviderError> {
        let mut wishes = self.in_order(self.wishes(request)?);
        let mut done: Vec<(ComponentId, Value)> = Vec::new();
        while !wishes.is_empty() {
            let (before, mut refused) = (wishes.len(), None);
            let (mut left, mut set) = (Vec::new(), Vec::new());
            for wish in wishes {
                let place = self.chat.places[wish.at];
                match self.checked(&wish) {
                    Ok(value) => {
                        self.set(place, value.clone(), &page::events(place)).await?;
                        done.push((place, value));
                        set.push(place);
                    }
                    Err(error) => {
                        refused.get_or_insert(error);
                        left.push(wish);
                    }
                }
            }
            self.press(&self.presses(&set)).await?;
            match refused {
                Some(error) if left.len() == before => return Err(error),
                _ => wishes = left,
            }
        }
        for (place, value) in done {
            if *self.session.value(self.app, place) != value {
                self.set(place, value, &page::events(place)).await?;
            }
        }
        Ok(())
    }

    /// What is pressed for these inputs to act; nothing that runs only what another one runs.
    fn presses(&self, set: &[ComponentId]) -> Vec<(ComponentId, &'static str)> {
        let mut presses: Vec<(ComponentId, &'static str)> = Vec::new();
        let mut run: Vec<FnIndex> = Vec::new();
        for &place in set {
            let Some((id, event)) = page::press(self.app, self.chat, place) else {
                continue;
            };
            let fired = wiring::fired_by(self.app, id, event).map(|fired| fired.id);
            let new: Vec<FnIndex> = fired.filter(|fired| !run.contains(fired)).collect();
            if !new.is_empty() {
                run.extend(new);
                presses.push((id, event));
            }
        }
        presses
    }

    /// The wishes, each behind those that can change it, as far as that goes.
    fn in_order(&self, mut wishes: Vec<Wish>) -> Vec<Wish> {
        let changes = |by: &Wish, other: &Wish| {
            let (by, place) = (self.chat.places[by.at], self.chat.places[other.at]);
            by != place
                && self
                    .changed_by(by)
                    .any(|step| step.outputs.contains(&place))
        };
        let mut ordered = Vec::with_capacity(wishes.len());
        while !wishes.is_empty() {
            let is_free = |wish: &Wish| !wishes.iter().any(|other| changes(other, wish));
            let next = wishes.iter().position(is_free).unwrap_or(0);
            ordered.push(wishes.remove(next));
        }
        ordered
    }

    /// All functions that run when a component is set.
    fn changed_by(&self, place: ComponentId) -> impl Iterator<Item = &'a Dependency> + use<'a> {
        let app: &'a App = self.app;
        page::events(place)
            .into_iter()
            .chain(page::press(app, self.chat, place))
            .flat_map(move |(id, event)| wiring::fired_by(app, id, event))
            .flat_map(move |fired| app.chain(fired))
    }

    fn wishes(&self, request: &Request) -> Result<Vec<Wish>, ProviderError> {
        let mut wishes = Vec::new();
        let mut wish = |at: usize, given: Value, is_model: bool| {
            wishes.push(Wish {
                at,
                given,
                is_model,
            });
        };
        if let Some(at) = self.chat.model()
            && !request.model.is_empty()
        {
            wish(at, json!(request.model), true);
        }
        if let Some(at) = self.chat.system()
            && !request.system.is_empty()
        {
            wish(at, json!(request.system), false);
        }
        for (name, given) in &request.settings {
            if name != super::CHAT_SETTING || self.has(name) {
                wish(input::find(&self.chat.inputs, name)?, given.clone(), false);
            }
        }
        Ok(wishes)
    }

    fn has(&self, name: &str) -> bool {
        self.chat.inputs.iter().any(|input| input.name == name)
    }

    /// The value for a wish, held to what the page offers now.
    fn checked(&self, wish: &Wish) -> Result<Value, ProviderError> {
        let place = self.chat.places[wish.at];
        let input = inputs::now(self.app, &self.session, &self.chat.inputs[wish.at], place);
        input.check(&wish.given).map_err(|error| {
            if wish.is_model {
                unknown_model(&wish.given, &input)
            } else {
                error.into()
            }
        })
    }

    /// Gives the page a past, where it takes one.
    pub async fn remember(&mut self, past: Past<'_>) -> Result<(), ProviderError> {
        let Memory::Chatbot(rebuilt) = &self.chat.memory else {
            return Ok(());
        };
        let shown = past.shown(&self.opening, rebuilt.shape);
        self.session.set(rebuilt.chatbot, shown);
        if rebuilt.functions.is_empty() {
            return Ok(());
        }
        self.settle(Chain::of_functions(self.tab(), &rebuilt.functions))
            .await
    }
}

fn unknown_model(given: &Value, input: &SpaceInput) -> ProviderError {
    let choices = match &input.kind {
        input::Kind::Choice { choices, .. } => choices.as_slice(),
        _ => &[],
    };
    let mut known: Vec<String> = Vec::new();
    for (label, value) in choices {
        let value = value.as_str().unwrap_or_default().to_owned();
        for name in [label.clone(), value] {
            if !name.is_empty() && !known.contains(&name) {
                known.push(name);
            }
        }
    }
    ProviderError::UnknownModel(UnknownModel {
        name: given.as_str().unwrap_or_default().to_owned(),
        known,
    })
}
