//! The full screen, opened from the command line.

use super::exit::{Exit, complain};
use super::{Context, saved, theme};
use crate::app::{Clock, Effect, Event, Model, Purpose, update};
use crate::runtime::{ScreenError, Storage, Time, description, loaded, run_screen};
use clap::Args;

/// What can be done when the disk did not take everything.
const NOT_SAVED: &str =
    "Look at what is saved with spacechat -c, and for the cause with spacechat doctor.";

/// Which conversation is opened.
#[derive(Debug, Clone, Default, Args)]
pub struct OpenArgs {
    /// Go on with the newest conversation
    #[arg(short, long = "continue", conflicts_with = "resume")]
    continue_: bool,
    /// Continue this conversation: its id, or the beginning of it
    #[arg(short, long, value_name = "ID")]
    resume: Option<String>,
}

/// Opens the full screen and stays until the user leaves it.
pub async fn run(mut context: Context, arguments: OpenArgs) -> Exit {
    if let Err(exit) = context.settle().await.and_then(|()| context.check()) {
        return exit;
    }
    let time = Time::new();
    let mut model = match model(&context, &arguments, time.now()).await {
        Ok(model) => model,
        Err(exit) => return exit,
    };
    let providers = context.providers();
    if let Some(first) = context.settings.complaints.first() {
        let more = context.settings.complaints.len() - 1;
        let more = if more > 0 {
            format!(" ({more} more, see spacechat doctor)")
        } else {
            String::new()
        };
        model.trouble = Some(format!("Settings, {first}{more}"));
    }
    describe(&context, &mut model);
    let colours = theme::chosen(&context.settings.screen);
    let storage = match &context.directory {
        Some(directory) => Storage::Directory(directory.clone()),
        None => Storage::Off,
    };
    let tracker = context.tracker.clone();
    match run_screen(model, (time, colours), providers, (storage, tracker)).await {
        Ok(None) => Exit::Done,
        Ok(Some(signal)) => Exit::Signal(signal),
        Err(ScreenError::Store(error)) => saved::complain_of(&error),
        Err(error @ ScreenError::NotSaved) => complain(Exit::Failed, &error.to_string(), NOT_SAVED),
        Err(error) => complain(Exit::Failed, &error.to_string(), ""),
    }
}

/// A model with the conversation that was asked for. Without one the store is not touched here,
/// so that the first frame does not wait for it.
async fn model(context: &Context, arguments: &OpenArgs, now: Clock) -> Result<Model, Exit> {
    let mut model = Model::new(context.defaults(true), now);
    let Some(directory) = &context.directory else {
        return Ok(model);
    };
    if !arguments.continue_ && arguments.resume.is_none() {
        return Ok(model);
    }
    let store = saved::open(directory).map_err(|error| saved::complain_of(&error))?;
    let id = match &arguments.resume {
        Some(id) => Some(id.clone()),
        None => store
            .reader
            .last()
            .map_err(|error| saved::complain_of(&error))?
            .map(|id| id.to_string()),
    };
    saved::tell_learned(&store, &mut model)?;
    if let Some(id) = id {
        let found = saved::load_named(&store, &id)?;
        update(&mut model, Event::Store(loaded(found, Purpose::Show(0))));
        model.apply_overrides(context.given.clone());
    }
    store.handle.close().await;
    Ok(model)
}

/// Tells the model how the source of its replies is called, before the first frame.
fn describe(context: &Context, model: &mut Model) {
    let conversation = &model.conversation().conversation;
    let (space, asked) = (conversation.space.clone(), conversation.model.clone());
    if let Ok(source) = context.provider(&space) {
        let described = description::of(&*source, space, asked);
        let effects: Vec<Effect> = update(model, described);
        debug_assert!(
            effects.is_empty(),
            "nothing was told yet that is to be saved"
        );
    }
}
