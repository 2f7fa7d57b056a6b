//! The login that an app's author may ask for (Gradio's `auth=`): a form, answered by cookies.
//!
//! The cookies stay in the client's jar and are gone with it. Who asks the person for name and
//! password, and to which app they may go, is decided elsewhere.

use super::client::Client;
use super::error::Error;
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;

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
}

impl Client {
    /// `POST /login`, which never has a prefix. The cookies that the app answers with go with
    /// every later request of this client. [`Error::WrongLogin`] when the app knows no such name
    /// and password.
    pub async fn login(&self, login: &Login) -> Result<(), Error> {
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("username", &login.name)
            .append_pair("password", &login.password)
            .finish();
        let url = self.url("", "/login");
        let shown = self.shown("", "/login");
        let sent = self
            .retried(|| {
                let request = self
                    .request(Method::POST, &url)
                    .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
                    .body(form.clone());
                self.in_time(&shown, request.send())
            })
            .await?;
        if matches!(sent.status().as_u16(), 400 | 401 | 403) {
            return Err(Error::WrongLogin { url: shown });
        }
        super::answer::checked(sent, &shown, self.options().idle_timeout).await?;
        Ok(())
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
    fn a_login_cannot_be_printed() {
        let shown = format!("{:?}", Login::new("ann", "secret"));
        assert!(
            !shown.contains("ann") && !shown.contains("secret"),
            "{shown}"
        );
    }
}
