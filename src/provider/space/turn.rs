//! One turn of a chat: its session, its values, and how it is remembered.

use super::chat::{Chat, Form, Memory};
use super::files::FilePlan;
use super::memory::Past;
use super::open_page::OpenPage;
use super::page;
use super::reply_reader::ReplyReader;
use super::{Known, SpaceProvider, sign_in};
use crate::chat::{Stage, format_prompt, input, prompt_text};
use crate::gradio::app::Component;
use crate::gradio::{Chain, Client};
use crate::provider::exchange::{End, Exchange};
use crate::provider::reply::ReplySender;
use crate::provider::uploads::upload_files;
use crate::provider::{Provider, ProviderError, ReplyEvent, Report, Request, Session};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Runs a turn to its end, its cancellation or its first error.
pub(super) async fn run(space: SpaceProvider, request: Request, sender: ReplySender) {
    let turn = Turn {
        space: &space,
        request: &request,
        sender: &sender,
    };
    let worked = Box::pin(turn.work()).await;
    let worked = sign_in::explained(&space, &request, worked);
    sender.end(with_quota(&space, worked).await).await;
}

/// A quota that is used up is told with what the Hub says of it.
async fn with_quota(
    space: &SpaceProvider,
    worked: Result<(), ProviderError>,
) -> Result<(), ProviderError> {
    let Err(ProviderError::Quota {
        retry_after,
        mut report,
    }) = worked
    else {
        return worked;
    };
    if let Some(quota) = space.endpoint.gpu_quota().await {
        report.hint = format!("{} ({quota}.)", report.hint);
    }
    Err(ProviderError::Quota {
        retry_after,
        report,
    })
}

struct Turn<'a> {
    space: &'a SpaceProvider,
    request: &'a Request,
    sender: &'a ReplySender,
}

/// The client, the app and the chat of a turn.
type Target<'a> = (&'a Client, &'a Known, &'a Chat);

impl Turn<'_> {
    async fn work(&self) -> Result<(), ProviderError> {
        self.space.refuse_early(self.request)?;
        self.sender.send(ReplyEvent::Stage(Stage::Resolving)).await;
        let proxy = self.request.proxy.as_deref();
        let known = self.space.learned().known.clone();
        let mut is_fresh = known.is_none();
        let reached = match known {
            Some(known) => Some((self.space.endpoint.client(proxy)?, known)),
            None => self.reach().await?,
        };
        let Some((mut client, mut known)) = reached else {
            return Ok(());
        };
        let mut session = self.request.session.clone();
        session.take_if(|session| session.app_id != known.app.app_id);
        loop {
            let chat = known.chosen(&self.request.settings)?;
            client = sign_in::client(self.space, &client, (&known, self.request));
            let exchanged = self.exchange((&client, &known, chat), session.take(), is_fresh);
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
        let reach = self
            .space
            .read(proxy, |stage| self.sender.send_stage(stage));
        // A large future: it would make each that waits for it as large.
        let reach = Box::pin(reach);
        self.sender.unless_cancelled(reach).await.transpose()
    }

    /// One message sent and one reply received in one session.
    async fn exchange(
        &self,
        (client, known, chat): Target<'_>,
        session: Option<Session>,
        is_fresh: bool,
    ) -> Result<End, ProviderError> {
        let prepare = self.prepare((client, known, chat), session);
        let Some(page) = self
            .sender
            .unless_cancelled(prepare)
            .await
            .transpose()?
            .flatten()
        else {
            return Ok(End::Cancelled);
        };
        if self.request.return_conversation {
            let session = Session::new(page.session.hash(), known.app.app_id.clone());
            self.sender.send(ReplyEvent::Session(session)).await;
        }
        let reading = ReplyReader::new(&known.app, chat, &page.session, client.base());
        let is_qwen = chat.form == Form::QwenAgent;
        let query = if is_qwen {
            super::agent_page::QUERY
        } else {
            ""
        };
        let mut chain = Chain::new(page.tab(), chat.first, query);
        let exchange = Exchange {
            sender: self.sender,
            client,
            app: &known.app,
            is_fresh,
            read: &|chain, moment| reading.read(chain, moment),
            cuts_tail: is_qwen,
            on_complete: &|session| {
                if !is_qwen {
                    self.space.keep_tab(session);
                }
            },
        };
        exchange.run(&mut chain).await
    }

    /// The page with everything in it, up to the message: opened and set unless its session goes on, the files at
    /// the Space. `None` when the reply was cancelled meanwhile. A session that goes on has its settings behind it,
    /// because other ones would have ended it.
    async fn prepare<'p>(
        &self,
        (client, known, chat): (&'p Client, &'p Known, &'p Chat),
        session: Option<Session>,
    ) -> Result<Option<OpenPage<'p>>, ProviderError> {
        let place = (client, &known.app, chat);
        if chat.needs_script {
            return Err(needs_script());
        }
        sign_in::require(known, chat, client)?;
        if chat.model().is_none() {
            self.space.require_model(self.request)?;
        }
        let live = session.and_then(|session| self.space.tab(chat, session.session_hash()?));
        let load = FilePlan::of(self.request, (&known.app, chat), live.is_some())?;
        let is_live = live.is_some();
        let mut page = if let Some(tab) = live {
            OpenPage::of(place, tab)
        } else {
            // What was opened without the token may lack what it is needed for.
            let opened = self.space.take_opened(known, chat);
            let mut page = match opened.filter(|_| !client.is_signed_in()) {
                Some(opened) => OpenPage::of(place, opened),
                None => OpenPage::open(place).await?,
            };
            page.set_all(self.request).await?;
            page
        };
        let sent = upload_files(self.sender, client, &known.app, &load.sources).await?;
        let Some(sent) = sent else {
            return Ok(None);
        };
        for (place, value) in load.beside(&load.past, &sent) {
            page.act(place, value).await?;
        }
        let shown = load.with_messages(&sent);
        let prompt = self.remind(&mut page, chat, (is_live, shown)).await?;
        for (place, value) in load.beside(&load.newest, &sent) {
            page.act(place, value).await?;
        }
        let with_message = load.with_message(&sent);
        self.type_in(&mut page, (known, chat), (prompt, with_message))
            .await?;
        Ok(Some(page))
    }

    /// Puts the message into its box.
    async fn type_in(
        &self,
        open: &mut OpenPage<'_>,
        (known, chat): (&Known, &Chat),
        (prompt, files): (String, Value),
    ) -> Result<(), ProviderError> {
        let value = if known.app.is(chat.message, Component::takes_files) {
            json!({"text": prompt, "files": files})
        } else {
            Value::String(prompt)
        };
        if chat.form == Form::QwenAgent {
            // The server's State is the memory: a chatbot that held the past would only send every earlier prompt
            // again.
            open.session.set(chat.reply(), json!([]));
        }
        let typed = page::events(chat.message);
        open.set(chat.message, value, &typed).await
    }

    /// The prompt that makes the model know the conversation, the page given the past where that is how it remembers.
    async fn remind(
        &self,
        page: &mut OpenPage<'_>,
        chat: &Chat,
        (is_live, files): (bool, BTreeMap<usize, Vec<Value>>),
    ) -> Result<String, ProviderError> {
        let messages = &self.request.messages;
        let form = self.request.file_form;
        // What has an input of its own is not repeated in the prompt.
        let system = match chat.system() {
            Some(_) => "",
            None => self.request.system.as_str(),
        };
        let Some((newest, past)) = messages.split_last() else {
            return Ok(String::new());
        };
        match chat.memory {
            Memory::Session | Memory::Chatbot(_) if is_live => Ok(prompt_text(form, newest)),
            Memory::Chatbot(_) if !past.is_empty() => {
                let past = Past {
                    messages: past,
                    files,
                    form,
                    system,
                };
                page.remember(past).await?;
                Ok(prompt_text(form, newest))
            }
            _ => Ok(format_prompt(form, system, messages)),
        }
    }
}

/// The error for a page that sends with its own script.
fn needs_script() -> ProviderError {
    ProviderError::Unsupported(Report {
        message: "A step of this page is a script, which only a browser can run. Nothing was sent."
            .to_owned(),
        hint: "Use the Space's page in a browser, or choose another source.".to_owned(),
        source: None,
    })
}

impl SpaceProvider {
    /// Refuses what can be refused without the app.
    fn refuse_early(&self, request: &Request) -> Result<(), ProviderError> {
        if self.is_qwen {
            input::values(&[], &request.settings)?;
            self.require_model(request)?;
        }
        Ok(())
    }

    /// An error for an unknown model of a Space without an input for models.
    fn require_model(&self, request: &Request) -> Result<(), ProviderError> {
        let info = self.info();
        let resolved = info.resolve(&request.model);
        resolved.map_err(ProviderError::UnknownModel).map(drop)
    }
}
