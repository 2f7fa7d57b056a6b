//! The picker of sources: groups, states, a search, five thousand models, at three sizes.

use super::popups::{ctrl, pressed};
use super::*;
use crate::app::sources::{Inspection, LocalSource, SourceChoice, SourceGroup, SourceState};
use crate::chat::{Fact, Failure, Learned};
use std::time::Duration;

fn choice(id: &str, group: SourceGroup, state: Option<SourceState>) -> SourceChoice {
    SourceChoice {
        id: id.to_owned(),
        about: "what it is".to_owned(),
        group,
        state,
        is_listed: true,
        is_zero_gpu: false,
    }
}

/// A picker over a message that could not be delivered, with a row in each state.
fn opened(width: u16, height: u16) -> Screen {
    let mut screen = Screen::new(width, height);
    let failure = Failure {
        kind: crate::chat::FailureKind::Connect,
        message: "Nobody answers.".to_owned(),
        hint: "Try another source.".to_owned(),
    };
    screen
        .says("Explain")
        .hears(0, ReplyUpdate::Failed(failure));
    let mut used = summary("Rust lifetimes", 0);
    used.space = "owner/used".to_owned();
    screen.tell(Event::Store(StoreEvent::Listed(vec![used])));
    ctrl(&mut screen, 't');
    let server = LocalSource {
        name: "box".to_owned(),
        about: "a server".to_owned(),
        state: SourceState::Ready(Some(Duration::from_millis(12))),
        models: ["small", "完 large"].map(str::to_owned).to_vec().into(),
    };
    screen.tell(Event::LocalFound(vec![server]));
    screen
}

fn typed(screen: &mut Screen, text: &str) {
    for letter in text.chars() {
        pressed(screen, KeyCode::Char(letter), KeyModifiers::NONE);
    }
}

#[test]
fn sources_stand_in_groups_with_their_states_at_every_size() {
    for (width, height) in [(120, 40), (80, 24), (40, 10)] {
        let mut screen = opened(width, height);
        insta::assert_snapshot!(format!("sources_{width}"), screen.shown());
    }
}

#[test]
fn what_a_search_found_stands_below_with_stage_and_likes() {
    for (width, height) in [(120, 20), (40, 10)] {
        let mut screen = opened(width, height);
        typed(&mut screen, "paint");
        let found = vec![
            choice(
                "any/painter",
                SourceGroup::Found,
                Some(SourceState::Ready(None)),
            ),
            choice("other/paint", SourceGroup::Found, Some(SourceState::Asleep)),
        ];
        // The number of the fifth edit, of which the first is too short.
        screen.tell(Event::SpacesFound(4, Ok(found)));
        insta::assert_snapshot!(format!("sources_found_{width}"), screen.shown());
    }
}

#[test]
fn a_sign_in_and_what_is_left_of_the_gpu_time_stand_below_the_list() {
    for (width, height) in [(120, 20), (80, 24), (40, 10)] {
        let mut screen = opened(width, height);
        let space = screen.model.conversation().conversation.space.clone();
        let signed_in = Fact::SignIn(true);
        let learned = vec![Learned::new(&space, "", signed_in)];
        screen.tell(Event::Store(StoreEvent::Learned(learned)));
        screen.tell(Event::Inspected {
            asked: space.clone(),
            name: space.clone(),
            model: None,
            found: Ok(Inspection {
                takes_sign_in: true,
                is_zero_gpu: true,
                gpu_quota: Some(
                    "1 min 20 s of 5 min of GPU time left, whole again at 14:00 UTC".to_owned(),
                ),
                ..Inspection::default()
            }),
        });
        pressed(&mut screen, KeyCode::Esc, KeyModifiers::NONE);
        ctrl(&mut screen, 't');
        typed(&mut screen, &space);
        insta::assert_snapshot!(format!("sources_signed_in_{width}"), screen.shown());
    }
}

#[test]
fn five_thousand_models_are_one_row_until_they_are_asked_for() {
    let many: Vec<String> = (0..5000).map(|number| format!("maker/m{number}")).collect();
    let mut screen = opened(80, 24);
    let space = screen.model.conversation().conversation.space.clone();
    screen.tell(Event::Inspected {
        asked: space.clone(),
        name: space,
        model: None,
        found: Ok(Inspection {
            models: many.into(),
            took: Duration::from_millis(480),
            ..Inspection::default()
        }),
    });
    typed(&mut screen, "m47");
    insta::assert_snapshot!("sources_models_80", screen.shown());
}
