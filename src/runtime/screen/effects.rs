//! What the model asks of the world, carried out in the loop: handed to who does it, and what is the terminal's own done here.
//!
//! Nothing here waits. When something is to be done is decided in [`crate::app`].

use super::Screen;
use crate::app::{Effect, Event};
use crate::runtime::external_editor::Editing;
use crate::runtime::job_control::stop_this_process;
use crate::terminal::input::Pending;
use crate::ui::{self, Job};
use std::io;

impl Screen {
    /// Carries effects out, in order.
    pub(super) fn carry_out(&mut self, effects: Vec<Effect>) -> io::Result<()> {
        for effect in effects {
            match effect {
                Effect::StartTurn(request) => self.turns.start(request),
                Effect::CancelTurn(turn) => self.turns.cancel(turn),
                Effect::Save(changes) => self.persistence.save(changes),
                Effect::Load { id, purpose } => self.persistence.load(id, purpose),
                Effect::List => self.persistence.list(),
                Effect::Search { number, query } => self.persistence.search((number, query)),
                Effect::Describe { space, model } => {
                    if let Some(described) = self.turns.describe(space, model) {
                        self.handle(described)?;
                    }
                }
                Effect::Login {
                    space,
                    name,
                    password,
                } => self.turns.login(&space, &name, &password.0),
                Effect::Inspect(_)
                | Effect::FindLocal
                | Effect::AskGpuQuota
                | Effect::SearchSpaces { .. }
                | Effect::CountTokens(_) => {
                    self.lookups.carry_out(effect);
                }
                Effect::Prompts => self.persistence.prompts(),
                Effect::Presets(number) => self.persistence.presets(number),
                Effect::Trash => self.persistence.trash(),
                // The bell is not written into what another program writes.
                Effect::NotifyDesktop(_) if !self.has_terminal() => {}
                Effect::NotifyDesktop(words) => self.terminal.notify_desktop(&words)?,
                Effect::Find(request) => {
                    let theme = Box::new(self.theme.clone());
                    self.render_worker.want(vec![Job::Find(request, theme)]);
                }
                Effect::Discard(values) => self.render_worker.want(vec![Job::Discard(values)]),
                Effect::WritePrompt(request) => {
                    self.render_worker.want(vec![Job::WritePrompt(request)]);
                }
                Effect::Copy(text) => self.terminal.copy(&text)?,
                Effect::CopyCode { text, number } => self.copy_code(&text, number)?,
                Effect::CaptureMouse(on) => self.terminal.capture_mouse(on)?,
                Effect::EditExternally(text) => self.lend_to_editor(text)?,
                Effect::Attach(_)
                | Effect::AttachAll(..)
                | Effect::CompletePath { .. }
                | Effect::CheckPaths(..)
                | Effect::CheckOrigins(_)
                | Effect::Export { .. } => self.files.carry_out(self.model.current, effect),
                Effect::Suspend => self.suspend()?,
                // What another program wrote here is not known, so that nothing of it may be taken for ours.
                Effect::Redraw => self.terminal.redraw()?,
                Effect::Quit => self.is_over = true,
            }
        }
        Ok(())
    }

    fn lend_to_editor(&mut self, text: String) -> io::Result<()> {
        self.typing.stop();
        self.terminal.lend();
        match Editing::start(self.model.current, text) {
            Ok(editing) => {
                self.editing = Some(editing);
                Ok(())
            }
            Err(words) => {
                self.terminal.take_again()?;
                self.typing.start(Pending::Keep)?;
                self.handle(Event::Notify(words))
            }
        }
    }

    fn copy_code(&mut self, text: &str, number: usize) -> io::Result<()> {
        let words = match ui::code_block(text, number) {
            Some(code) => {
                self.terminal.copy(&code)?;
                format!("Copied code block {number}.")
            }
            None => format!("This message has no code block {number}."),
        };
        self.handle(Event::Notify(words))
    }

    /// Gives the terminal back and stops, until SIGCONT comes.
    pub(super) fn suspend(&mut self) -> io::Result<()> {
        self.typing.stop();
        self.terminal.lend();
        self.is_stopped = stop_this_process();
        if !self.is_stopped {
            self.resume()?;
        }
        Ok(())
    }

    /// Takes the terminal again, once SIGCONT has come.
    pub(super) fn resume(&mut self) -> io::Result<()> {
        self.is_stopped = false;
        self.terminal.take_again()?;
        self.typing.start(Pending::Keep)?;
        self.handle(Event::Resumed)
    }
}
