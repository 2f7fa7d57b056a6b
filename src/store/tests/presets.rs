//! Saved system messages.

use super::*;
use crate::chat::Preset;
use jiff::Timestamp;

#[tokio::test]
async fn system_messages_are_there_by_their_names_until_they_are_removed() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let save = |name: &str, text: &str| Change::SavePreset {
        name: name.to_owned(),
        text: text.into(),
    };
    let default = |name: Option<&str>| Change::SetDefaultPreset {
        name: name.map(str::to_owned),
    };
    let all = async || {
        store.handle.flush().await;
        store.reader.presets().unwrap()
    };
    for change in [
        save("tutor", "Explain."),
        save("Brief", "Be brief."),
        default(Some("Brief")),
        save("Brief", "Be very brief."),
    ] {
        store.handle.send(change);
    }
    let mut brief = Preset::new("Brief", "Be very brief.");
    brief.is_default = true;
    assert_eq!(
        all().await,
        [brief.clone(), Preset::new("tutor", "Explain.")]
    );

    store.handle.send(Change::Purge {
        before: Timestamp::MAX,
    });
    store.handle.send(default(None));
    store.handle.send(Change::RemovePreset {
        name: "tutor".to_owned(),
    });
    brief.is_default = false;
    assert_eq!(all().await, [brief]);
    let texts = "SELECT count(*) FROM texts WHERE text = 'Be brief.'";
    assert_eq!(
        number(dir.path(), texts),
        0,
        "what nothing refers to is gone"
    );
}
