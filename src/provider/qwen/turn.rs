//! One turn at the seed's Space: which session, which prompt, and what is told of the reply.

use super::{Page, QUERY, Qwen};
use crate::chat::input;
use crate::chat::{Stage, format_prompt, prompt_text};
use crate::gradio::app::App;
use crate::gradio::{self, Chain, Client};
use crate::provider::bubbles::read_pairs;
use crate::provider::exchange::{End, Exchange};
use crate::provider::reply::ReplySender;
use crate::provider::uploading::upload_files;
use crate::provider::{Provider, ProviderError, ReplyEvent, Request, Session};
use serde_json::json;
use std::sync::Arc;

/// Runs a turn to its end, its cancellation or its first error.
pub(super) async fn run(provider: Qwen, request: Request, sender: ReplySender) {
    let turn = Turn {
        provider: &provider,
        request: &request,
        sender: &sender,
    };
    sender.end(turn.work().await).await;
}

struct Turn<'a> {
    provider: &'a Qwen,
    request: &'a Request,
    sender: &'a ReplySender,
}

impl Turn<'_> {
    async fn work(&self) -> Result<(), ProviderError> {
        self.provider
            .info()
            .resolve(&self.request.model)
            .map_err(ProviderError::UnknownModel)?;
        input::values(&[], &self.request.settings)?;
        self.sender.send(ReplyEvent::Stage(Stage::Resolving)).await;
        let known = self.provider.learned().app.clone();
        let mut is_fresh = known.is_none();
        let proxy = self.request.proxy.as_deref();
        let reached = match known {
            Some(app) => Some((self.provider.place.client(proxy)?, app)),
            None => self.reach().await?,
        };
        let Some((mut client, mut app)) = reached else {
            return Ok(());
        };
        let mut session = self.request.session.clone();
        session.take_if(|session| session.app_id != app.app_id);
        loop {
            let end = self
                .exchange(&client, &app, session.take(), is_fresh)
                .await?;
            if !matches!(end, End::Restarted) {
                return Ok(());
            }
            tracing::info!("the app was restarted; the whole past is sent in a new session");
            let Some(reached) = self.reach().await? else {
                return Ok(());
            };
            (client, app) = reached;
            is_fresh = true;
        }
    }

    /// Reads `/config` again; `None` when the reply was cancelled meanwhile.
    async fn reach(&self) -> Result<Option<(Client, Arc<App>)>, ProviderError> {
        let proxy = self.request.proxy.as_deref();
        let reach = self
            .provider
            .read_app(proxy, |stage| self.sender.tell(stage));
        self.sender.unless_cancelled(reach).await.transpose()
    }

    /// One message sent and one reply received in one session.
    async fn exchange(
        &self,
        client: &Client,
        app: &Arc<App>,
        session: Option<Session>,
        is_fresh: bool,
    ) -> Result<End, ProviderError> {
        let page = Page::find(app)?;
        let files = self.request.files_to_send(session.is_some())?;
        let Some(files) = upload_files(self.sender, client, app, &files).await? else {
            return Ok(End::Cancelled);
        };
        let prompt = self.prompt(session.as_ref());
        let session = session.unwrap_or_else(|| Session {
            session_hash: gradio::session_hash(),
            app_id: app.app_id.clone(),
        });
        let mut tab = gradio::Session::new(session.session_hash.clone());
        tab.set(page.message_box, json!({"files": files, "text": prompt}));
        // The server's state is the memory: a chatbot that held the past would only send every
        // earlier prompt again.
        tab.set(page.chatbot, json!([]));
        if self.request.return_conversation {
            self.sender.send(ReplyEvent::Session(session)).await;
        }
        let ends = (page.add_text, page.chatbot, page.message_box);
        let mut chain = Chain::new(client.clone(), Arc::clone(app), tab, ends, QUERY);
        let exchange = Exchange {
            sender: self.sender,
            client,
            app,
            is_fresh,
            read: &|value, _| read_pairs(value),
            cuts_tail: true,
            kept: &|_| {},
        };
        exchange.run(&mut chain).await
    }

    /// The newest message for a session that knows the rest, or the whole past.
    fn prompt(&self, session: Option<&Session>) -> String {
        match (session, self.request.messages.last()) {
            (Some(_), Some(newest)) => prompt_text(self.request.file_form, newest),
            _ => format_prompt(
                self.request.file_form,
                &self.request.system,
                &self.request.messages,
            ),
        }
    }
}
