//! A Hugging Face token, and the only servers that may receive it.
//!
//! The rule is a pure function on addresses, [`Token::header_for`]: over https to `*.hf.space`, to
//! `huggingface.co`, to the Hub's router of models, or to the configured Hub. It goes nowhere else, even if links or redirects
//! lead there. In the body of a request it goes to a Space whose user has agreed to that, and to no other place
//! ([`Token::sign_in_at`]). The token cannot be printed: `Debug` shows a placeholder and there is no `Display`.

use super::address::is_loopback;
use super::key::bearer;
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};
use std::ffi::OsString;
use std::path::PathBuf;
use url::Url;

/// Where the Hub is when nothing else is configured.
pub const HUB: &str = "https://huggingface.co";

/// The Hub's router, which passes chats on to providers of models.
pub const ROUTER: &str = "https://router.huggingface.co";

/// A token of the Hub, `hf_…`.
#[derive(Clone, PartialEq, Eq)]
pub struct Token {
    /// `Bearer hf_…`, marked sensitive.
    bearer: HeaderValue,
    /// The Hub that gave it.
    hub: Option<Url>,
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

impl Token {
    /// A token that belongs to the Hub at `hub` (its address, `HUB` by default). White space
    /// around it is dropped; `None` where nothing is left or it cannot stand in a header.
    pub fn new(secret: &str, hub: &str) -> Option<Self> {
        Some(Self {
            bearer: bearer(secret)?,
            hub: Url::parse(hub).ok(),
        })
    }

    /// The token that the Hub's own library would send (`huggingface_hub` 2.4): `HF_TOKEN`,
    /// `HUGGING_FACE_HUB_TOKEN`, or the file that `HF_TOKEN_PATH`, `HF_HOME`, `XDG_CACHE_HOME` or the home
    /// directory leads to; none where `HF_HUB_DISABLE_IMPLICIT_TOKEN` is set. `variable` tells the
    /// environment; an empty variable counts as none.
    pub fn find(variable: impl Fn(&str) -> Option<OsString>, hub: &str) -> Option<Self> {
        let variable = |name: &str| variable(name).filter(|value| !value.is_empty());
        let is_true = |value: OsString| {
            let value = value.to_string_lossy().to_uppercase();
            matches!(value.as_str(), "1" | "ON" | "YES" | "TRUE")
        };
        if variable("HF_HUB_DISABLE_IMPLICIT_TOKEN").is_some_and(is_true) {
            return None;
        }
        let mut named = ["HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"].into_iter();
        if let Some(secret) = named.find_map(variable) {
            return Self::new(secret.to_str()?, hub);
        }
        let path = |name: &str| variable(name).map(PathBuf::from);
        let file = path("HF_TOKEN_PATH")
            .or_else(|| path("HF_HOME").map(|home| home.join("token")))
            .or_else(|| path("XDG_CACHE_HOME").map(|cache| cache.join("huggingface/token")))
            .or_else(|| {
                let home = path("HOME").or_else(|| path("USERPROFILE"))?;
                Some(home.join(".cache/huggingface/token"))
            })?;
        Self::new(&std::fs::read_to_string(file).ok()?, hub)
    }

    /// The header that carries the token to this address, or `None` where it may not go. An app
    /// gets it under a name of its own, so that it is not taken for the app's own login.
    pub fn header_for(&self, url: &Url) -> Option<(HeaderName, HeaderValue)> {
        if url.scheme() != "https" {
            return None;
        }
        let own = [HUB, ROUTER].map(|own| Url::parse(own).ok());
        let is_hub = own
            .iter()
            .flatten()
            .chain(&self.hub)
            .any(|hub| hub.origin() == url.origin());
        if is_hub {
            return Some((AUTHORIZATION, self.bearer.clone()));
        }
        is_space(url).then(|| {
            let name = HeaderName::from_static("x-hf-authorization");
            (name, self.bearer.clone())
        })
    }

    /// The token itself, for the functions of the app at this address, once its user has agreed that they get it; `None`
    /// where it may not go (see `may_sign_in_at`).
    pub fn sign_in_at(&self, url: &Url) -> Option<&str> {
        self.secret().filter(|_| may_sign_in_at(url))
    }

    /// A text without the token, where it holds it: an app may repeat what it was given.
    pub fn taken_out_of(&self, text: &str) -> Option<String> {
        let secret = self.secret()?;
        text.contains(secret)
            .then(|| text.replace(secret, "(your token)"))
    }

    fn secret(&self) -> Option<&str> {
        self.bearer.to_str().ok()?.strip_prefix("Bearer ")
    }
}

/// Whether the app at this address may be given a token in a body, where its user agrees: a Space over https, or an app on
/// this machine.
pub fn may_sign_in_at(url: &Url) -> bool {
    is_space(url) || is_loopback(url)
}

/// Whether this is the address of a Space, over https.
fn is_space(url: &Url) -> bool {
    let name = url
        .host_str()
        .and_then(|host| host.strip_suffix(".hf.space"));
    url.scheme() == "https" && url.port().is_none() && name.is_some_and(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    const SECRET: &str = "hf_doNotShowThis";

    fn goes_to(hub: &str, url: &str) -> Option<String> {
        let token = Token::new(SECRET, hub).unwrap();
        let (name, value) = token.header_for(&Url::parse(url).unwrap())?;
        assert_eq!(value.to_str().unwrap(), format!("Bearer {SECRET}"));
        assert!(value.is_sensitive());
        Some(name.as_str().to_owned())
    }

    #[test]
    fn the_token_goes_to_the_hub_and_to_its_spaces() {
        for (url, header) in [
            ("https://huggingface.co/api/spaces/a/b", "authorization"),
            ("https://HuggingFace.co:443/x", "authorization"),
            ("https://router.huggingface.co/v1/models", "authorization"),
            ("https://a-b.hf.space/config", "x-hf-authorization"),
            ("https://A-B.HF.Space/config", "x-hf-authorization"),
        ] {
            assert_eq!(goes_to(HUB, url).as_deref(), Some(header), "{url}");
        }
        let mirror = "https://hub.example.org:8443";
        let header = goes_to(mirror, "https://hub.example.org:8443/api/spaces/a/b");
        assert_eq!(header.as_deref(), Some("authorization"));
    }

    #[test]
    fn the_token_goes_nowhere_else() {
        for url in [
            "http://huggingface.co/api",
            "http://router.huggingface.co/v1",
            "https://router.huggingface.co:8443/v1",
            "https://router.huggingface.co.evil.org/v1",
            "https://x.router.huggingface.co/v1",
            "http://a-b.hf.space/",
            "https://a-b.hf.space:8443/",
            "https://hf.space/",
            "https://.hf.space/",
            "https://evil-hf.space/",
            "https://a.hf.space.evil.org/",
            "https://a.hf.space./",
            "https://huggingface.co.evil.org/",
            "https://huggingface.co@evil.org/",
            "https://huggingface.co:8443/",
            "https://cdn.huggingface.co/",
            "https://evil.org/huggingface.co",
            "http://127.0.0.1:7860/",
            "https://127.0.0.1/",
        ] {
            assert_eq!(goes_to(HUB, url), None, "{url}");
        }
    }

    #[test]
    fn a_sign_in_goes_to_spaces_and_to_this_machine_alone() {
        let token = Token::new(SECRET, HUB).unwrap();
        let goes = |url: &str| token.sign_in_at(&Url::parse(url).unwrap()) == Some(SECRET);
        for url in [
            "https://a-b.hf.space/",
            "http://127.0.0.1:7860/",
            "http://localhost:7860/",
        ] {
            assert!(goes(url), "{url}");
        }
        for url in [
            "http://a-b.hf.space/",
            "https://a-b.hf.space:8443/",
            "https://evil-hf.space/",
            "https://a.hf.space.evil.org/",
            "https://huggingface.co/",
            "http://192.168.1.2:7860/",
            "https://localhost.evil.org/",
        ] {
            assert!(!goes(url), "{url}");
        }
    }

    #[test]
    fn a_text_that_repeats_the_token_is_told_without_it() {
        let token = Token::new(SECRET, HUB).unwrap();
        let text = format!("Invalid token {SECRET}!");
        let told = token.taken_out_of(&text);
        assert_eq!(told.as_deref(), Some("Invalid token (your token)!"));
        assert_eq!(token.taken_out_of("nothing of it"), None);
    }

    #[test]
    fn a_hub_on_loopback_or_without_encryption_gets_no_token() {
        for hub in [
            "http://127.0.0.1:9000",
            "http://hub.example.org",
            "nonsense",
        ] {
            assert_eq!(goes_to(hub, "http://127.0.0.1:9000/api"), None);
            assert_eq!(goes_to(hub, "http://hub.example.org/api"), None);
        }
    }

    #[test]
    fn the_token_cannot_be_printed() {
        let token = Token::new(SECRET, HUB).unwrap();
        let url = Url::parse("https://a-b.hf.space").unwrap();
        let shown = format!("{token:?} {:?}", token.header_for(&url));
        assert!(!shown.contains(SECRET), "{shown}");
    }

    #[test]
    fn the_token_is_found_where_the_hubs_own_tools_keep_it() {
        let home = tempfile::tempdir().unwrap();
        let write = |path: &str, secret: &str| {
            let path = home.path().join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, secret).unwrap();
            path.into_os_string()
        };
        let (named, at_home) = (
            write("named", "hf_named\n"),
            write(".cache/huggingface/token", "hf_home"),
        );
        write("hub/token", "hf_hub");
        let found = |pairs: &[(&str, OsString)]| {
            let variables: HashMap<_, _> = pairs.iter().cloned().collect();
            let token = Token::find(|name| variables.get(name).cloned(), HUB)?;
            Some(token.bearer.to_str().unwrap().to_owned())
        };
        let hub = ("HF_HOME", home.path().join("hub").into_os_string());
        let user = ("HOME", home.path().as_os_str().to_owned());
        assert!(!at_home.is_empty());
        let every = [
            ("HF_TOKEN", OsString::from("hf_variable")),
            ("HUGGING_FACE_HUB_TOKEN", OsString::from("hf_older")),
            ("HF_TOKEN_PATH", named),
            hub,
            user,
        ];
        for (from, wanted) in [
            (0, "hf_variable"),
            (1, "hf_older"),
            (2, "hf_named"),
            (3, "hf_hub"),
            (4, "hf_home"),
        ] {
            let bearer = format!("Bearer {wanted}");
            assert_eq!(found(&every[from..]), Some(bearer));
        }
        assert_eq!(found(&[]), None);
        for (value, is_sent) in [("1", false), ("yes", false), ("True", false), ("0", true)] {
            let pairs = [
                ("HF_TOKEN", OsString::from("hf_variable")),
                ("HF_HUB_DISABLE_IMPLICIT_TOKEN", OsString::from(value)),
            ];
            assert_eq!(found(&pairs).is_some(), is_sent, "{value}");
        }
        assert_eq!(found(&[("HF_TOKEN", "two words".into())]), None);
    }
}
