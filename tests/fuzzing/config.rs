//! The description of an app: the first line of an input is `/config`, the second, where there is one, `/info`. For
//! every input the app is read within bounds, no chain of functions loops forever, and a chat that is found is
//! complete.

use serde_json::Value;
use spacechat::chat::InputKind as Kind;
use spacechat::gradio::App;
use spacechat::testing::provider::Chat;
use spacechat::testing::provider::find;
use std::collections::HashSet;

/// More than are read of any list.
const MANY: usize = 10_000;

pub fn check(input: &[u8]) {
    let mut lines = input.splitn(2, |byte| *byte == b'\n');
    let mut next = || {
        lines
            .next()
            .and_then(|line| serde_json::from_slice(line).ok())
    };
    let Some(app) = next().and_then(|config| App::read(&config)) else {
        return;
    };
    let info: Value = next().unwrap_or_default();
    assert!(app.dependencies().len() <= MANY && app.components().count() <= MANY);
    for dependency in app.dependencies() {
        let chain = app.chain(dependency);
        assert!(chain.len() <= 1 + app.dependencies().len());
        assert_eq!(chain.first(), Some(&dependency));
        assert!(app.dependency(dependency.id).is_some());
    }
    match find(&app, &info) {
        Ok(chats) => {
            assert!(!chats.is_empty());
            let names: HashSet<_> = chats.iter().map(|chat| &chat.name).collect();
            assert_eq!(names.len(), chats.len(), "{names:?}");
            for chat in &chats {
                check_chat(&app, chat);
            }
        }
        Err(error) => {
            let failure = error.failure();
            assert!(!failure.message.is_empty() && !failure.hint.is_empty());
        }
    }
}

fn check_chat(app: &App, chat: &Chat) {
    assert!(app.dependency(chat.first).is_some());
    assert_eq!(chat.inputs.len(), chat.places.len());
    assert!(
        chat.places
            .iter()
            .all(|place| app.component(*place).is_some())
    );
    let places: HashSet<_> = chat.places.iter().collect();
    assert_eq!(places.len(), chat.places.len(), "{:?}", chat.places);
    let names: HashSet<_> = chat.inputs.iter().map(|input| &input.name).collect();
    assert_eq!(names.len(), chat.inputs.len(), "{:?}", chat.inputs);
    for input in &chat.inputs {
        assert!(!input.takes().is_empty());
        check_limits(&input.kind);
    }
    let set = [chat.system(), chat.model()];
    assert!(
        set.into_iter()
            .flatten()
            .all(|index| index < chat.inputs.len())
    );
}

/// Limits are finite and leave room, whatever an author wrote.
fn check_limits(kind: &Kind) {
    let Kind::Number { min, max, step } = kind else {
        return;
    };
    let mut given = [min, max, step].into_iter().flatten();
    assert!(given.all(|limit| limit.is_finite()));
    if let (Some(min), Some(max)) = (min, max) {
        assert!(min <= max, "{min} > {max}");
    }
    assert!(step.is_none_or(|step| step > 0.0));
}
