//! Which functions of an app take the user's token of the Hub (`gr.OAuthToken`), and the token in their requests.
//!
//! From 6.21 on a request may carry it as `oauth_token` (`PredictBody`); an older app passes the field over, and knows only
//! the sign-in of a browser. `/info?all_endpoints=True` marks the functions that take one with `"oauth_token": "required"` or
//! `"optional"` (`utils.oauth_token_requirement`), and leaves out those that are private. Whether the user has agreed is
//! not known here.

use super::app::{App, FnIndex};
use crate::http::Token;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use url::Url;

/// The first version whose functions take a token from the body of a request.
const SINCE: (u32, u32) = (6, 21);

/// Whether the app's functions take a token from the body of a request.
pub fn is_taken_by(app: &App) -> bool {
    app.version_numbers()
        .is_some_and(|numbers| numbers >= SINCE)
}

/// The functions of an app that take a token.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignInFunctions {
    required: BTreeSet<FnIndex>,
    optional: BTreeSet<FnIndex>,
    /// Those of which nothing is told: they may take one.
    untold: BTreeSet<FnIndex>,
}

impl SignInFunctions {
    /// Reads the answer of `/info?all_endpoints=True`. Where there is none, each function may take a token.
    pub fn read(app: &App, info: &Value) -> Self {
        let mut functions = Self::default();
        for dependency in app.dependencies().iter().filter(|found| found.backend_fn) {
            let named = dependency.api_name.as_ref();
            let named = named.and_then(|name| info.get("named_endpoints")?.get(format!("/{name}")));
            let number = dependency.id.to_string();
            let told = named.or_else(|| info.get("unnamed_endpoints")?.get(number));
            let marked = told.map(|told| told.get("oauth_token").and_then(Value::as_str));
            let group = match marked {
                None => &mut functions.untold,
                Some(Some("required")) => &mut functions.required,
                Some(Some("optional")) => &mut functions.optional,
                Some(_) => continue,
            };
            group.insert(dependency.id);
        }
        functions
    }

    /// Whether a function does not run without a token.
    pub fn is_required_by(&self, function: FnIndex) -> bool {
        self.required.contains(&function)
    }

    /// Whether a function is known to take a token.
    pub fn is_marked(&self, function: FnIndex) -> bool {
        self.is_required_by(function) || self.optional.contains(&function)
    }

    /// Whether a function takes a token, or may.
    pub fn may_take(&self, function: FnIndex) -> bool {
        self.is_marked(function) || self.untold.contains(&function)
    }
}

/// The user's token for the functions of one app that take it; `Debug` shows nothing of it.
#[derive(Clone)]
pub struct SignIn {
    token: Token,
    functions: Arc<SignInFunctions>,
}

impl std::fmt::Debug for SignIn {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SignIn(…)")
    }
}

impl SignIn {
    /// The token for these functions, once the user has agreed that they get it.
    pub fn new(token: Token, functions: Arc<SignInFunctions>) -> Self {
        Self { token, functions }
    }

    /// Adds the token to the body of a request for a function of the app at `base`, where it takes one and the token may go
    /// there.
    pub(super) fn add_to(&self, body: &mut Value, function: FnIndex, base: &Url) {
        if self.functions.may_take(function)
            && let Some(token) = self.token.sign_in_at(base)
        {
            body["oauth_token"] = json!(token);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(version: &str) -> App {
        let dependencies = json!([
            {"id": 0, "api_name": "chat", "backend_fn": true},
            {"id": 1, "api_name": false, "backend_fn": true},
            {"id": 2, "api_name": "plain", "backend_fn": true},
            {"id": 3, "api_name": "hidden", "backend_fn": true},
            {"id": 4, "api_name": false, "backend_fn": false},
        ]);
        App::read(&json!({"version": version, "dependencies": dependencies})).unwrap()
    }

    #[test]
    fn the_functions_that_take_a_token_are_those_that_are_marked_or_not_told_of() {
        let info = json!({
            "named_endpoints": {"/chat": {"oauth_token": "required"}, "/plain": {"parameters": []}},
            "unnamed_endpoints": {"1": {"oauth_token": "optional"}},
        });
        let functions = SignInFunctions::read(&app("6.31.0"), &info);
        let all = |test: fn(&SignInFunctions, FnIndex) -> bool| {
            (0..5)
                .filter(|id| test(&functions, *id))
                .collect::<Vec<_>>()
        };
        assert_eq!(all(SignInFunctions::is_required_by), [0]);
        assert_eq!(all(SignInFunctions::is_marked), [0, 1]);
        assert_eq!(all(SignInFunctions::may_take), [0, 1, 3]);
    }

    #[test]
    fn only_an_app_of_6_21_or_later_takes_a_token() {
        for (version, expected) in [
            ("6.20.0", false),
            ("6.21.0", true),
            ("7.0.0", true),
            ("", false),
        ] {
            assert_eq!(is_taken_by(&app(version)), expected, "{version}");
        }
    }

    #[test]
    fn the_token_stands_in_the_bodies_of_the_functions_that_take_it_at_the_apps_own_address() {
        let functions = Arc::new(SignInFunctions::read(
            &app("6.31.0"),
            &json!({"named_endpoints": {"/plain": {}}}),
        ));
        let token = Token::new("hf_neverShown", "https://huggingface.co").unwrap();
        let sign_in = SignIn::new(token, functions);
        assert!(!format!("{sign_in:?}").contains("hf_"));
        let sent = |base: &str, function| {
            let mut body = json!({"data": []});
            sign_in.add_to(&mut body, function, &Url::parse(base).unwrap());
            body.get("oauth_token").cloned()
        };
        assert_eq!(
            sent("https://a-b.hf.space", 0),
            Some(json!("hf_neverShown"))
        );
        assert_eq!(sent("https://a-b.hf.space", 2), None);
        assert_eq!(sent("https://elsewhere.org", 0), None);
    }
}
