//! Where keys are found, and where they go.

use super::*;
use std::time::Instant;

const SECRET: &str = "sk-doNotShowThis";

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn server() -> Url {
    url("https://api.example.org/v1")
}

async fn read(place: &KeyPlace) -> Result<Option<Key>, KeyError> {
    let variable = |name: &str| match name {
        "MY_KEY" => Some(format!(" {SECRET}\n").into()),
        "TWO_WORDS" => Some(format!("{SECRET} {SECRET}").into()),
        "EMPTY" => Some(OsString::new()),
        _ => None,
    };
    place.read(&server(), variable).await
}

async fn refusal(place: &KeyPlace) -> String {
    let error = read(place).await.unwrap_err();
    let shown = format!("{error} {error:?} {} {place:?}", error.hint());
    assert!(!shown.contains(SECRET), "{shown}");
    format!("{error}. {}", error.hint())
}

#[test]
fn a_key_goes_to_its_own_origin_and_nowhere_else() {
    let key = Key::new(SECRET, &server()).unwrap();
    let header = key.header_for(&url("https://API.example.org:443/v1/models?x=1"));
    let header = header.unwrap();
    assert_eq!(header.to_str().unwrap(), format!("Bearer {SECRET}"));
    assert!(header.is_sensitive());
    for elsewhere in [
        "http://api.example.org/v1",
        "https://api.example.org:8443/v1",
        "https://example.org/v1",
        "https://api.example.org.evil.org/v1",
        "https://api.example.org@evil.org/v1",
        "http://127.0.0.1/",
    ] {
        assert_eq!(key.header_for(&url(elsewhere)), None, "{elsewhere}");
    }
}

#[test]
fn a_key_cannot_be_printed() {
    let key = Key::new(SECRET, &server()).unwrap();
    let place = KeyPlace::Command(format!("echo {SECRET}"));
    let shown = format!("{key:?} {:?} {place:?}", key.header_for(&server()));
    assert!(!shown.contains(SECRET), "{shown}");
}

#[tokio::test]
async fn a_key_is_read_from_a_variable_a_file_or_a_command() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), format!("{SECRET}\n")).unwrap();
    for place in [
        KeyPlace::Variable("MY_KEY".to_owned()),
        KeyPlace::File(file.path().to_owned()),
        KeyPlace::Command(format!(
            "echo noise >&2; printf '%s\\n' {SECRET} | tr -d '\\n'"
        )),
    ] {
        let key = read(&place).await.unwrap();
        assert_eq!(key, Key::new(SECRET, &server()), "{place:?}");
    }
    for none in [KeyPlace::None, KeyPlace::HubToken] {
        assert_eq!(read(&none).await.unwrap(), None, "{none:?}");
    }
}

#[tokio::test]
async fn a_key_that_is_not_there_is_an_error_that_says_what_to_do() {
    for (place, words) in [
        (KeyPlace::Variable("NO_KEY".to_owned()), "Set NO_KEY to"),
        (KeyPlace::Variable("EMPTY".to_owned()), "EMPTY is not set"),
        (KeyPlace::Variable("TWO_WORDS".to_owned()), "one word"),
        (
            KeyPlace::File("/nonexistent/key".into()),
            "/nonexistent/key cannot be read",
        ),
        (
            KeyPlace::Command(format!("echo {SECRET}; exit 3")),
            "failed (exit status: 3)",
        ),
        (KeyPlace::Command("true".to_owned()), "printed nothing"),
        (
            KeyPlace::Command(format!("echo {SECRET} twice")),
            "must be one word",
        ),
    ] {
        let told = refusal(&place).await;
        assert!(told.contains(words), "{words}: {told}");
    }
}

#[tokio::test]
async fn a_command_that_does_not_end_is_ended_with_all_that_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let mark = folder.path().join("mark");
    let command = format!("(sleep 2; touch {}) & sleep 60", mark.display());
    let before = Instant::now();
    let error = command::output(&command, Duration::from_millis(300)).await;
    assert_eq!(error, Err("took longer than 0 s".to_owned()));
    assert!(before.elapsed() < Duration::from_secs(2));
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert!(!mark.exists(), "what it started goes on");
}

#[test]
fn a_file_below_the_home_is_found_there() {
    let home = || Some(OsString::from("/home/ann"));
    let path = at_home(Path::new("~/keys/mine"), home());
    assert_eq!(path, Path::new("/home/ann/keys/mine"));
    let path = at_home(Path::new("/etc/~key"), home());
    assert_eq!(path, Path::new("/etc/~key"));
}
