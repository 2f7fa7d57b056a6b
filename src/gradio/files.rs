//! Files as an app names them: those that are sent, and the addresses of those that it sends.
//!
//! A file is uploaded first and then named in the data of a call by the path that the app gave it.
//! Nothing is fetched here: [`link`] only gives the address of a file of a reply.

use super::app::App;
use crate::http::is_loopback;
use crate::http::media_type::media_type;
use crate::http::upload::SizedSource;
use serde_json::{Value, json};
use url::Url;

/// The route of a file, before its path.
const ROUTE: &str = "/file=";

/// What a call names an uploaded file by (`gradio.FileData`).
pub(super) fn file_data(file: &SizedSource, path: &str) -> Value {
    json!({
        "path": path,
        "orig_name": file.name(),
        "size": file.size,
        "mime_type": media_type(file.name()),
        "meta": {"_type": "gradio.FileData"},
    })
}

/// The address of a file that the app sent: its `url`, made absolute, or the app's route for its `path`. `None` for
/// what is no file or lies at no web address. `base` is the address at which the app is reached, with a slash at its
/// end.
///
/// What lies at the app itself is asked for below the address at which the app was reached: behind a front, an app
/// writes its own view of the scheme, the port and the folder (`root` of `/config`).
pub fn link(base: &Url, app: &App, file: &Value) -> Option<Url> {
    let text = |key: &str| {
        let text = file.get(key).and_then(Value::as_str)?;
        (!text.is_empty()).then_some(text)
    };
    if let Some(url) = text("url").or_else(|| text("path").filter(|path| is_address(path))) {
        let url = base.join(url).ok().filter(is_web)?;
        return Some(match own_route(base, &url) {
            Some(route) => below(base, app, route),
            None => url,
        });
    }
    // A percent sign in a name is no escape yet; what else needs one, `set_path` escapes.
    let path = text("path")?.replace('%', "%25");
    Some(below(base, app, &path))
}

/// The address of the app's file at `path`, which is escaped as far as percent signs go.
fn below(base: &Url, app: &App, path: &str) -> Url {
    let mut url = base.clone();
    let base = base.path().trim_end_matches('/').to_owned();
    url.set_path(&format!("{base}{}{ROUTE}{path}", app.api_prefix));
    url
}

/// The path behind `/file=` of an address that leads to the app: the same host, or this machine as a server
/// behind a front sees itself.
fn own_route<'a>(base: &Url, url: &'a Url) -> Option<&'a str> {
    let is_own = base.host_str() == url.host_str() || is_loopback(url);
    let (_, path) = url.path().split_once(ROUTE)?;
    is_own.then_some(path)
}

fn is_address(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| is_web(&url))
}

fn is_web(url: &Url) -> bool {
    matches!(url.scheme(), "http" | "https")
}

#[cfg(test)]
mod tests;
