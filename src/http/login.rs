//! A name and a password, for servers that ask for them: by HTTP's Basic scheme, or in a form of
//! their own.
//!
//! Kept in memory only. Which server may receive them is decided elsewhere.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::HeaderValue;

/// A name and a password; `Debug` shows neither.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    name: String,
    password: String,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Login(…)")
    }
}

impl Login {
    /// A login with this name and password.
    pub fn new(name: impl Into<String>, password: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            password: password.into(),
        }
    }

    /// Reads `name:password`; the password may hold colons. `None` without a colon or a name.
    pub fn parse(text: &str) -> Option<Self> {
        let (name, password) = text.split_once(':')?;
        (!name.is_empty()).then(|| Self::new(name, password))
    }

    /// As a form of two fields with these names (`application/x-www-form-urlencoded`).
    pub fn form(&self, name: &str, password: &str) -> String {
        url::form_urlencoded::Serializer::new(String::new())
            .append_pair(name, &self.name)
            .append_pair(password, &self.password)
            .finish()
    }

    /// The value of `Authorization` by the Basic scheme (RFC 7617), marked sensitive.
    pub(super) fn basic(&self) -> Option<HeaderValue> {
        let pair = STANDARD.encode(format!("{}:{}", self.name, self.password));
        let mut value = HeaderValue::from_str(&format!("Basic {pair}")).ok()?;
        value.set_sensitive(true);
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_read_as_name_and_password() {
        let login = Login::parse("ann:a:b ").unwrap();
        assert_eq!(
            (login.name.as_str(), login.password.as_str()),
            ("ann", "a:b ")
        );
        assert_eq!(
            Login::parse("ann:").map(|login| login.password),
            Some(String::new())
        );
        assert_eq!(Login::parse("ann"), None);
        assert_eq!(Login::parse(":secret"), None);
    }

    #[test]
    fn a_login_is_written_as_the_basic_scheme_and_as_a_form() {
        // The example of RFC 7617.
        let login = Login::new("Aladdin", "open sesame");
        let basic = login.basic().unwrap();
        assert_eq!(
            basic.to_str().unwrap(),
            "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="
        );
        assert!(basic.is_sensitive());
        assert_eq!(login.form("u", "p"), "u=Aladdin&p=open+sesame");
    }

    #[test]
    fn a_login_cannot_be_printed() {
        let shown = format!("{:?}", Login::new("ann", "secret"));
        assert!(
            !shown.contains("ann") && !shown.contains("secret"),
            "{shown}"
        );
    }
}
