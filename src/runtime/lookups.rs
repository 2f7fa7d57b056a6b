//! Questions to sources beside the chat: one is looked at by its name, servers of this machine and Spaces are looked for, a
//! prompt is counted. Each is a task whose answer comes back as an event.
//!
//! Replies are not asked for here.

use super::providers::{Providers, SourceName};
use crate::app::effect::CountRequest;
use crate::app::sources::{Chats, Inspection, LocalSource, SourceChoice, SourceGroup, SourceState};
use crate::app::{Effect, Event};
use crate::chat::FailureKind;
use crate::provider::hub::{HubSpace, Runtime, Standing};
use crate::provider::local::{LocalServer, LocalState};
use crate::provider::space::CHAT_SETTING;
use crate::provider::{Provider, ProviderError, ReportPart, Request, SourceReport};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

/// How long typing must rest before the Hub is asked.
const REST: Duration = Duration::from_millis(300);
/// What looks for sources.
pub struct Lookups {
    providers: Arc<dyn Providers>,
    events: mpsc::Sender<Event>,
    tracker: TaskTracker,
    /// Ends the search before the next one.
    search: Option<DropGuard>,
    /// Ends the count before the next one.
    count: Option<DropGuard>,
}

impl Lookups {
    /// Lookups whose answers go to `events`, run as tasks of `tracker`.
    pub fn new(
        providers: Arc<dyn Providers>,
        events: mpsc::Sender<Event>,
        tracker: TaskTracker,
    ) -> Self {
        Self {
            providers,
            events,
            tracker,
            search: None,
            count: None,
        }
    }

    /// Carries out those effects that look for a source or at one.
    pub fn carry_out(&mut self, effect: Effect) {
        match effect {
            Effect::Inspect(asked) => self.inspect(asked),
            Effect::FindLocal => self.find_local(),
            Effect::AskGpuQuota => self.ask_gpu_quota(),
            Effect::SearchSpaces { number, words } => self.search(number, &words),
            Effect::CountTokens(request) => self.count(request),
            _ => {}
        }
    }

    /// Inspects a source; a word that stands for one is settled first.
    fn inspect(&self, asked: String) {
        let (providers, events) = (Arc::clone(&self.providers), self.events.clone());
        self.tracker.spawn(async move {
            // The model that was written with the word is meant for what the word stands for.
            let SourceName { mut name, model } = providers.name(&asked);
            let settled = match providers.settle(&asked) {
                Some(settling) => settling.await.inspect(|found| name.clone_from(found)),
                None => Ok(asked.clone()),
            };
            let found = match settled.and_then(|settled| providers.find(&settled)) {
                Ok(provider) => inspection(&*provider).await,
                Err(error) => Err(error),
            };
            let inspected = Event::Inspected {
                asked,
                name,
                model,
                found: found.map_err(|error| error.failure()),
            };
            // The loop is gone only when the program ends.
            let _ = events.send(inspected).await;
        });
    }

    fn find_local(&self) {
        let (finding, events) = (self.providers.local(), self.events.clone());
        self.tracker.spawn(async move {
            let found = finding.await.into_iter().map(local_source).collect();
            // The loop is gone only when the program ends.
            let _ = events.send(Event::LocalFound(found)).await;
        });
    }

    fn ask_gpu_quota(&self) {
        let (asking, events) = (self.providers.gpu_quota(), self.events.clone());
        self.tracker.spawn(async move {
            // The loop is gone only when the program ends.
            let _ = events.send(Event::GpuQuota(asking.await)).await;
        });
    }

    /// Has a source count a prompt. Another count ends this one.
    fn count(&mut self, request: CountRequest) {
        let ended = CancellationToken::new();
        self.count = Some(ended.clone().drop_guard());
        let (number, events) = (request.number, self.events.clone());
        let provider = self.providers.find(&request.space);
        self.tracker.spawn(async move {
            let counted = tokio::select! {
                () = ended.cancelled() => return,
                counted = async { provider.ok()?.count(to_count(request)).await } => counted,
            };
            let counted = counted.and_then(|tokens| usize::try_from(tokens).ok());
            // The loop is gone only when the program ends.
            let _ = events.send(Event::Counted(number, counted)).await;
        });
    }

    /// Searches once typing has rested. Another search ends this one; without words there is none.
    fn search(&mut self, number: u64, words: &str) {
        self.search = None;
        if words.is_empty() {
            return;
        }
        let ended = CancellationToken::new();
        self.search = Some(ended.clone().drop_guard());
        let (searching, events) = (self.providers.search(words), self.events.clone());
        self.tracker.spawn(async move {
            let found = tokio::select! {
                () = ended.cancelled() => return,
                found = async {
                    tokio::time::sleep(REST).await;
                    searching.await
                } => found.map(shown).map_err(|error| not_searched(&error)),
            };
            // The loop is gone only when the program ends.
            let _ = events.send(Event::SpacesFound(number, found)).await;
        });
    }
}

/// A count of what would be sent, as a provider takes it.
fn to_count(request: CountRequest) -> Request {
    Request {
        messages: request.messages,
        system: request.system.to_string(),
        model: request.model,
        file_form: request.file_form,
        ..Request::default()
    }
}

/// Looks at a source, and puts in plain data what the app needs of it.
async fn inspection(provider: &dyn Provider) -> Result<Inspection, ProviderError> {
    let start = Instant::now();
    let report = provider.look().await?;
    let took = start.elapsed();
    let info = provider.info();
    let models: Arc<[String]> = match &report.part {
        ReportPart::Server(part) => part.models.iter().map(|model| model.id.clone()).collect(),
        ReportPart::Gradio(_) if info.models.len() > 1 => info.models.into(),
        ReportPart::Gradio(_) => Arc::default(),
    };
    let gradio = report.gradio();
    Ok(Inspection {
        about: format!("{} · {}", report.software(), report.kind),
        needs_model: !models.is_empty() && info.default_model.is_empty(),
        models,
        chats: chats(&report),
        takes_sign_in: gradio.is_some_and(|part| part.sign_in.is_some_and(|it| it.is_possible)),
        is_zero_gpu: gradio.is_some_and(|part| part.is_zero_gpu),
        gpu_quota: gradio.and_then(|part| part.gpu_quota.clone()),
        inputs: report.inputs,
        took,
    })
}

/// The chats of a page, where one of them can be chosen by a setting: a page may have an input of its own of that name.
fn chats(report: &SourceReport) -> Chats {
    let names = report.gradio().map_or(&[][..], |part| &part.chats);
    let has_choice = report.inputs.iter().any(|input| input.name == CHAT_SETTING);
    if names.len() < 2 || !has_choice {
        return Chats::default();
    }
    Chats {
        setting: CHAT_SETTING.to_owned(),
        names: names.iter().map(|chat| chat.name.clone()).collect(),
    }
}

fn local_source(server: LocalServer) -> LocalSource {
    LocalSource {
        name: server.name,
        about: server.about,
        state: match server.state {
            LocalState::Ready => SourceState::Ready(Some(server.took)),
            LocalState::Loading => SourceState::Loading,
            LocalState::WantsKey => SourceState::NeedsKey,
        },
        models: server.models.into(),
    }
}

/// What a search has found, in its order.
fn shown(found: Vec<HubSpace>) -> Vec<SourceChoice> {
    let choice = |space: HubSpace| SourceChoice {
        state: space.stage.as_deref().map(state_at),
        about: about(&space),
        is_zero_gpu: (space.hardware.as_deref())
            .is_some_and(|hardware| hardware.starts_with("zero")),
        id: space.id,
        group: SourceGroup::Found,
        is_listed: true,
    };
    found.into_iter().map(choice).collect()
}

fn about(space: &HubSpace) -> String {
    let likes = (space.likes > 0).then(|| format!("♥ {}", space.likes));
    let about = Some(space.about.clone()).filter(|about| !about.is_empty());
    let parts = [likes, space.hardware.clone(), about];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    parts.join(" · ")
}

/// How a Space is at a stage.
fn state_at(stage: &str) -> SourceState {
    let runtime = Runtime::at(stage);
    match runtime.standing() {
        Standing::Usable if stage == "RUNNING" => SourceState::Ready(None),
        Standing::Asleep => SourceState::Asleep,
        Standing::Starting => SourceState::Loading,
        Standing::Usable | Standing::Down => SourceState::Told(runtime.word()),
    }
}

/// Why there is no answer to a search, in one short line.
fn not_searched(error: &ProviderError) -> String {
    match error.kind() {
        FailureKind::Connect | FailureKind::Timeout => "The Hub was not reached.".to_owned(),
        _ => error.failure().message,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_space_is_shown_with_its_likes_its_hardware_and_how_it_is() {
        let space = |stage: &str| HubSpace {
            id: "owner/name".to_owned(),
            likes: 1,
            stage: Some(stage.to_owned()),
            hardware: Some("cpu-basic".to_owned()),
            about: String::new(),
        };
        let shown = shown(["RUNNING", "SLEEPING", "PAUSED"].map(space).to_vec());
        assert_eq!(shown[0].about, "♥ 1 · cpu-basic");
        let states: Vec<_> = shown.into_iter().map(|choice| choice.state).collect();
        let expected = [
            SourceState::Ready(None),
            SourceState::Asleep,
            SourceState::Told("paused".to_owned()),
        ];
        assert_eq!(states, expected.map(Some));
    }
}
