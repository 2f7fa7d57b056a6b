use super::*;
use crate::http::Token;

fn hub(endpoint: &str, token: Option<&str>) -> Hub {
    let http = http::Options {
        token: token.and_then(|token| Token::new(token, endpoint)),
        ..http::Options::default()
    };
    Hub::new(Options::at(Some(endpoint.to_owned())), http)
}

#[test]
fn the_endpoint_of_the_environment_is_taken_without_its_last_slash() {
    for (variable, endpoint) in [
        (None, HUB),
        (Some(""), HUB),
        (
            Some(" https://hub.example.org/ "),
            "https://hub.example.org",
        ),
    ] {
        let options = Options::at(variable.map(str::to_owned));
        assert_eq!(options.endpoint, endpoint);
    }
}

#[test]
fn a_token_that_the_hub_does_not_know_is_told_apart_from_a_missing_space() {
    let said = "Invalid credentials in Authorization header";
    let error = hub(HUB, Some("hf_old")).refusal("a/b", 401, said);
    assert_eq!(error.kind(), crate::chat::FailureKind::Login);
    assert!(error.hint().contains("HF_TOKEN"), "{}", error.hint());
    assert!(!format!("{error:?}").contains("hf_old"));
    let error = hub(HUB, Some("hf_good")).refusal("a/b", 404, "Repository not found");
    assert!(
        error.to_string().contains("or your token may not see it"),
        "{error}"
    );
    let error = hub(HUB, None).refusal("a/b", 401, "Invalid username or password.");
    assert_eq!(
        error.to_string(),
        "There is no Space a/b, or it is private."
    );
}

#[test]
fn plain_http_is_for_this_machine_only() {
    for endpoint in ["http://hub.example.org", "ftp://hub.example.org", "hub"] {
        let mut hub = hub(endpoint, None);
        let error = hub.client().unwrap_err();
        assert!(error.to_string().contains(endpoint), "{error}");
        hub.options.insecure_http = true;
        assert_eq!(
            hub.client().is_ok(),
            endpoint.starts_with("http:"),
            "{endpoint}"
        );
    }
    for endpoint in ["https://hub.example.org", "http://127.0.0.1:9000"] {
        assert!(hub(endpoint, None).client().is_ok(), "{endpoint}");
    }
}
