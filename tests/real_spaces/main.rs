//! The program against real Gradio servers: Qwen-Agent's own `WebUI` on Gradio 4.44 and on 5.1 (`tests/spaces/qwen_space.py`),
//! `ChatInterface` and Blocks chats of every kind on 5.50 and 6.31 (`tests/spaces/chat_space.py`), and small pages of every wiring
//! on 4.44, 5.50 and 6.31 (`tests/spaces/pages`), all with scripted models. And against llama.cpp's own server with a small real
//! model (`tests/spaces/llama_server.py`).
//! Every scenario runs on every server of its sort, through the commands as a user types them.
//!
//! The servers need Python 3.10 to 3.12 and, on the first run, a package registry. Where they cannot be had, each trial is
//! listed as ignored with the reason; `SPACECHAT_REAL_SPACES=require` (what continuous integration sets) makes that a failure.
//! `SPACECHAT_TEST_CACHE` names the folder of the virtual environments.

mod chats;
mod environment;
mod event_lines;
mod llama;
mod on_screen;
mod pages;
mod posts;
mod program;
mod scenarios;
mod space;

use std::process::ExitCode;
use std::sync::{Arc, OnceLock};
use std::thread;

use libtest_mimic::{Arguments, Completion, Trial};

use crate::environment::Environment;
use crate::scenarios::Scenario;
use crate::space::{CHATS, Flavour, LLAMA, PAGES, QWEN, Space};

/// A running server, or why there is none; empty until the set-up has run.
type Served = Arc<OnceLock<Result<Space, String>>>;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials = scenarios::without_a_server();
    let mut servers = Vec::new();
    let qwen = QWEN.iter().map(|flavour| {
        let scenarios = [scenarios::ON_EVERY_SERVER, on_screen::ON_EVERY_PAGE];
        (flavour, scenarios.concat())
    });
    let chats = CHATS
        .iter()
        .map(|flavour| (flavour, chats::ON_EVERY_SERVER.to_vec()));
    let pages = PAGES
        .iter()
        .map(|flavour| (flavour, pages::ON_EVERY_VERSION.to_vec()));
    let llama = [(&LLAMA, llama::ON_ITS_SERVER.to_vec())];
    for (flavour, scenarios) in qwen.chain(chats).chain(pages).chain(llama) {
        let served = Served::default();
        let own: Vec<_> = scenarios
            .iter()
            .map(|scenario| trial(flavour.label, &served, scenario))
            .collect();
        if own.iter().any(|trial| !arguments.is_filtered_out(trial)) {
            servers.push((flavour, served));
        }
        trials.extend(own);
    }
    let embedded = Served::default();
    trials.extend(
        scenarios::ON_THE_EMBEDDED_SPACE
            .iter()
            .map(|scenario| trial("embedded", &embedded, scenario)),
    );
    if !arguments.list {
        embedded.get_or_init(Space::embedded);
        serve_all(&servers);
    }
    // The trials own the last handles on the servers, so that these end with the run and not with the process.
    drop((servers, embedded));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// One scenario on one server. Without the server it is ignored, or fails where real servers are required.
fn trial(label: &str, served: &Served, scenario: &Scenario) -> Trial {
    let (served, run) = (Arc::clone(served), scenario.run);
    Trial::ignorable_test(
        format!("{label}::{}", scenario.name),
        move || match served.get() {
            Some(Ok(space)) => {
                run(space);
                Ok(Completion::Completed)
            }
            Some(Err(reason)) if are_required() => {
                Err(format!("real servers are required here, and {reason}").into())
            }
            Some(Err(reason)) => Ok(Completion::ignored_with(reason)),
            None => Err("the set-up did not run".into()),
        },
    )
}

fn are_required() -> bool {
    std::env::var_os("SPACECHAT_REAL_SPACES").is_some_and(|value| value == "require")
}

/// Starts all the servers side by side; the first run on a machine installs their packages, which takes a minute or two.
fn serve_all(servers: &[(&Flavour, Served)]) {
    thread::scope(|scope| {
        for (flavour, served) in servers {
            scope.spawn(move || {
                let result = serve(flavour);
                if let Err(reason) = &result {
                    eprintln!("real spaces: no server {}: {reason}", flavour.label);
                }
                served.get_or_init(|| result);
            });
        }
    });
}

fn serve(flavour: &Flavour) -> Result<Space, String> {
    let python = environment::find_python()?;
    let environment = Environment::prepare(&python, flavour.requirements)?;
    Space::start(flavour, &environment)
}
