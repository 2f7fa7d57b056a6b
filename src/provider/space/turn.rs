//! One turn at a chat that was found: which session, which values, and the way it is remembered.

use super::detect::{Chat, Form, Found, Memory, SETTING_EVENTS, Shape};
use super::{Known, Space};
use crate::chat::input;
use crate::chat::{FileForm, Message, Role, Stage, format_prompt, prompt_text};
use crate::gradio::app::{App, Component, ComponentId};
use crate::gradio::files;
use crate::gradio::{self, Chain, Client};
use crate::http::UploadSource;
use crate::provider::exchange::{End, Exchange};
use crate::provider::reply::ReplySender;
use crate::provider::spoken::Reader;
use crate::provider::uploading::upload_files;
use crate::provider::{Provider, ProviderError, ReplyEvent, Report, Request, Session};
use serde_json::{Value, json};
use std::sync::Arc;

/// Runs a turn to its end, its cancellation or its first error.
pub(super) async fn run(space: Space, request: Request, sender: ReplySender) {
    let turn = Turn {
        space: &space,
        request: &request,
        sender: &sender,
    };
    sender.end(turn.work().await).await;
}

struct Turn<'a> {
    space: &'a Space,
    request: &'a Request,
    sender: &'a ReplySender,
}

impl Turn<'_> {
    async fn work(&self) -> Result<(), ProviderError> {
        self.sender.send(ReplyEvent::Stage(Stage::Resolving)).await;
        let proxy = self.request.proxy.as_deref();
        let known = self.space.learned().known.clone();
        let mut is_fresh = known.is_none();
        let reached = match known {
            Some(known) => Some((self.space.place.client(proxy)?, known)),
            None => self.reach().await?,
        };
        let Some((mut client, mut known)) = reached else {
            return Ok(());
        };
        let mut session = self.request.session.clone();
        session.take_if(|session| session.app_id != known.app.app_id);
        loop {
            let Found::Chat(chat) = &known.found else {
                let reply = self.space.qwen(&known.app).reply(self.request.clone());
                self.sender.pass_on(reply).await;
                return Ok(());
            };
            let exchanged = self.exchange(&client, (&known, chat), session.take(), is_fresh);
            if exchanged.await? != End::Restarted {
                return Ok(());
            }
            tracing::info!("the app was restarted; the whole past is sent in a new session");
            let Some(reached) = self.reach().await? else {
                return Ok(());
            };
            (client, known) = reached;
            is_fresh = true;
        }
    }

    /// Reads the app again; `None` when the reply was cancelled meanwhile.
    async fn reach(&self) -> Result<Option<(Client, Arc<Known>)>, ProviderError> {
        let proxy = self.request.proxy.as_deref();
        let reach = self.space.read(proxy, |stage| self.sender.tell(stage));
        self.sender.unless_cancelled(reach).await.transpose()
    }

    /// One message sent and one reply received in one session.
    async fn exchange(
        &self,
        client: &Client,
        (known, chat): (&Known, &Chat),
        session: Option<Session>,
        is_fresh: bool,
    ) -> Result<End, ProviderError> {
        let app = &known.app;
        let live = session.and_then(|session| self.space.tab(chat, &session.session_hash));
        let is_live = live.is_some();
        let tab = match live {
            Some(tab) => Some(tab),
            None => self.open(client, app, chat).await?,
        };
        let Some(mut tab) = tab else {
            return Ok(End::Cancelled);
        };
        let prompt = self.remind(chat, &mut tab, is_live);
        let Some(message) = self.message((client, app), chat, prompt, is_live).await? else {
            return Ok(End::Cancelled);
        };
        tab.set(chat.message, message);
        if self.request.return_conversation {
            let session = Session {
                session_hash: tab.hash().to_owned(),
                app_id: app.app_id.clone(),
            };
            self.sender.send(ReplyEvent::Session(session)).await;
        }
        let ends = (chat.first, chat.reply, chat.message);
        let mut chain = Chain::new(client.clone(), Arc::clone(app), tab, ends, "");
        let base = client.base();
        let link = |file: &Value| files::link(&base, app, file).map(|url| url.to_string());
        let is_chatbot = app.is(chat.reply, Component::is_chatbot);
        let read = |value: &Value, ended: bool| {
            let reader = Reader { link: &link, ended };
            if is_chatbot {
                reader.chatbot(value)
            } else {
                reader.reply(value)
            }
        };
        let exchange = Exchange {
            sender: self.sender,
            client,
            app,
            is_fresh,
            read: &read,
            cuts_tail: false,
            kept: &|session| {
                if chat.needs_page() {
                    self.space.keep_tab(session);
                }
            },
        };
        exchange.run(&mut chain).await
    }

    /// The value of the message box: the prompt, and the files once they are at the Space. `None`
    /// when the reply was cancelled meanwhile.
    async fn message(
        &self,
        (client, app): (&Client, &App),
        chat: &Chat,
        prompt: String,
        is_live: bool,
    ) -> Result<Option<Value>, ProviderError> {
        let files = self.request.files_to_send(is_live)?;
        if app.is(chat.message, Component::takes_files) {
            let files = upload_files(self.sender, client, app, &files).await?;
            return Ok(files.map(|files| json!({"text": prompt, "files": files})));
        }
        match files.first() {
            Some(file) => Err(takes_none(file)),
            None => Ok(Some(Value::String(prompt))),
        }
    }

    /// A page that was just opened, everything in it set as the request wants it: what the page does by itself then has
    /// been done. `None` when the reply was cancelled meanwhile. A session that goes on has all of this behind it,
    /// because other settings would have ended it.
    async fn open(
        &self,
        client: &Client,
        app: &Arc<App>,
        chat: &Chat,
    ) -> Result<Option<gradio::Session>, ProviderError> {
        let settings = self.settings(chat)?;
        let ends = (chat.reply, chat.message);
        let mut tab = gradio::Session::new(gradio::session_hash());
        let is_page = chat.form == Form::Page;
        if is_page {
            let opened = Chain::at_load(client.clone(), Arc::clone(app), tab, ends).settle();
            match self.sender.unless_cancelled(opened).await.transpose()? {
                Some(opened) => tab = opened,
                None => return Ok(None),
            }
        }
        for (place, value) in settings {
            let before = tab.value(app, place).clone();
            tab.set(place, value);
            if !is_page || *tab.value(app, place) == before {
                continue;
            }
            let set = (&[place][..], &SETTING_EVENTS[..]);
            let done = Chain::at_settings(client.clone(), Arc::clone(app), tab, ends, set).settle();
            match self.sender.unless_cancelled(done).await.transpose()? {
                Some(done) => tab = done,
                None => return Ok(None),
            }
        }
        Ok(Some(tab))
    }

    /// What the user has set, the system message and the model where they have an input, with their components.
    fn settings(&self, chat: &Chat) -> Result<Vec<(ComponentId, Value)>, ProviderError> {
        let place = |at: usize| chat.places[at];
        let mut settings = Vec::new();
        let model = self
            .space
            .info()
            .resolve(&self.request.model)
            .map_err(ProviderError::UnknownModel)?
            .to_owned();
        if let Some(at) = chat.model()
            && !self.request.model.is_empty()
        {
            settings.push((place(at), chat.inputs[at].check(&json!(model))?));
        }
        if let Some(at) = chat.system()
            && !self.request.system.is_empty()
        {
            settings.push((place(at), json!(self.request.system)));
        }
        for (at, value) in input::values(&chat.inputs, &self.request.settings)? {
            settings.push((place(at), value));
        }
        Ok(settings)
    }

    /// The prompt that makes the model know the conversation, the chatbot set to the past where
    /// that is how the page remembers.
    fn remind(&self, chat: &Chat, tab: &mut gradio::Session, is_live: bool) -> String {
        let messages = &self.request.messages;
        let form = self.request.file_form;
        // What has an input of its own is not repeated in the prompt.
        let system = match chat.system() {
            Some(_) => "",
            None => self.request.system.as_str(),
        };
        let Some((newest, past)) = messages.split_last() else {
            return String::new();
        };
        match chat.memory {
            Memory::Prompt => format_prompt(form, system, messages),
            _ if is_live => prompt_text(form, newest),
            Memory::Session => format_prompt(form, system, messages),
            Memory::Chatbot(chatbot, shape) => {
                if past.is_empty() {
                    return format_prompt(form, system, messages);
                }
                tab.set(chatbot, rebuilt((form, system), past, shape));
                prompt_text(form, newest)
            }
        }
    }
}

/// The past in the chatbot's own form; the system message stands before its first prompt.
fn rebuilt((form, system): (FileForm, &str), past: &[Arc<Message>], shape: Shape) -> Value {
    let mut turns: Vec<(Role, String)> = Vec::new();
    for message in past {
        let text = if turns.is_empty() && message.role == Role::User {
            format_prompt(form, system, &[Arc::clone(message)])
        } else {
            prompt_text(form, message)
        };
        turns.push((message.role, text));
    }
    if shape == Shape::Pairs {
        return pairs(turns);
    }
    let message = |(role, text): (Role, String)| {
        let content = if shape == Shape::Parts {
            json!([{"type": "text", "text": text}])
        } else {
            json!(text)
        };
        let role = role.label().to_lowercase();
        json!({"role": role, "content": content, "metadata": null, "options": null})
    };
    turns.into_iter().map(message).collect()
}

fn pairs(turns: Vec<(Role, String)>) -> Value {
    let mut pairs: Vec<[Value; 2]> = Vec::new();
    for (role, text) in turns {
        match pairs.last_mut() {
            Some([_, reply]) if role == Role::Assistant && reply.is_null() => *reply = json!(text),
            _ if role == Role::Assistant => pairs.push([Value::Null, json!(text)]),
            _ => pairs.push([json!(text), Value::Null]),
        }
    }
    json!(pairs)
}

/// The refusal of a file at a Space that has no place for one.
fn takes_none(file: &UploadSource) -> ProviderError {
    ProviderError::Unsupported(Report {
        message: format!("This Space takes no files; {} cannot be sent.", file.name),
        hint: "Files that are text in UTF-8 go into the message itself.".to_owned(),
    })
}
