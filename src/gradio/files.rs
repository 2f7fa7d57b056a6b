//! Files on their way to an app, and the addresses of those that it sends.
//!
//! A file is posted to `/upload` first (multipart, field `files`), from memory or straight from disk, and then
//! named in the data of a call by the path that the app gave it. Nothing is ever fetched here:
//! [`Client::link`] only says where a file of a reply could be had. `provider` calls this.

use super::answer::{checked, parse};
use super::app::App;
use super::client::Client;
use super::error::{Error, excerpt};
use super::upload::{Upload, heard_in_time};
use futures_util::{Stream, stream};
use reqwest::multipart::{Form, Part};
use reqwest::{Method, Url};
use serde_json::{Value, json};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncReadExt};

/// How much of a file is read at a time.
const PIECE: usize = 64 << 10;

/// A file that is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Where it is or was on this machine.
    pub path: PathBuf,
    /// The name under which it is sent.
    pub name: String,
    /// What it holds; without it that is read from the path.
    pub content: Option<Arc<[u8]>>,
}

impl Source {
    /// A file that is read from its path while it is sent, under its own name.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let name = path.file_name().unwrap_or(path.as_os_str());
        Self {
            name: name.to_string_lossy().into_owned(),
            path,
            content: None,
        }
    }
}

/// A file that is here and small enough, ready to be sent.
#[derive(Debug, Clone)]
struct Ready {
    path: PathBuf,
    content: Option<Arc<[u8]>>,
    /// Its own name, without folders.
    name: String,
    size: u64,
}

impl Client {
    /// `POST /upload`: sends files from this machine and gives, in their order, the `FileData`
    /// that a call names them by. `upload` is told the bytes of all files together. Checked before
    /// anything is sent: that each can be read, is a plain file, and is not larger than the app
    /// takes. Dropping it ends the upload.
    pub async fn upload(
        &self,
        app: &App,
        files: &[Source],
        upload: &Upload,
    ) -> Result<Vec<Value>, Error> {
        let mut ready = Vec::with_capacity(files.len());
        for file in files {
            ready.push(examined(file, app.max_file_size).await?);
        }
        upload.begin(ready.iter().map(|file| file.size).sum());
        let url = self.url(&app.api_prefix, "/upload");
        let shown = self.shown(&app.api_prefix, "/upload");
        let patience = self.options().idle_timeout;
        let response = self
            .retried(|| async {
                let form = form(&ready, upload).await?;
                let request = self.request(Method::POST, &url).multipart(form);
                heard_in_time(request.send(), upload, &shown, patience).await
            })
            .await?;
        let body = self
            .body(
                checked(response, &shown, self.options().idle_timeout).await?,
                &shown,
            )
            .await?;
        let paths: Vec<String> = serde_json::from_value(parse(&shown, &body)?).unwrap_or_default();
        if paths.len() != ready.len() {
            return Err(Error::Decode {
                url: shown,
                detail: format!("{} paths were expected", ready.len()),
                excerpt: excerpt(&body),
            });
        }
        Ok(ready
            .iter()
            .zip(paths)
            .map(|(file, path)| file_data(file, &path))
            .collect())
    }

    /// Where a file that the app sent can be had: its `url`, made absolute, or the app's route for
    /// its `path`. `None` for what is no file or lies at no web address.
    pub fn link(&self, app: &App, file: &Value) -> Option<Url> {
        let text = |key: &str| {
            let text = file.get(key).and_then(Value::as_str)?;
            (!text.is_empty()).then_some(text)
        };
        let is_web = |url: &Url| matches!(url.scheme(), "http" | "https");
        if let Some(url) = text("url") {
            return self.url("", "/").join(url).ok().filter(is_web);
        }
        let path = text("path")?;
        if let Ok(url) = Url::parse(path)
            && is_web(&url)
        {
            return Some(url);
        }
        // A percent sign in a name is no escape yet; what else needs one, `set_path` escapes.
        let mut url = self.url(&app.api_prefix, "");
        let base = url.path().trim_end_matches('/').to_owned();
        url.set_path(&format!("{base}/file={}", path.replace('%', "%25")));
        Some(url)
    }
}

async fn examined(file: &Source, limit: Option<u64>) -> Result<Ready, Error> {
    let unreadable = |detail: String| Error::File {
        name: file.path.display().to_string(),
        detail,
    };
    let size = if let Some(content) = &file.content {
        content.len() as u64
    } else {
        let metadata = tokio::fs::metadata(&file.path)
            .await
            .map_err(|error| unreadable(error.to_string()))?;
        if !metadata.is_file() {
            return Err(unreadable("it is not a plain file".to_owned()));
        }
        metadata.len()
    };
    let name = file.name.clone();
    match limit {
        Some(limit) if size > limit => Err(Error::FileTooLarge { name, size, limit }),
        _ => Ok(Ready {
            path: file.path.clone(),
            content: file.content.clone(),
            name,
            size,
        }),
    }
}

/// The body of an upload; the files are open when this returns, and read as they are sent.
async fn form(files: &[Ready], upload: &Upload) -> Result<Form, Error> {
    upload.restart();
    let mut form = Form::new();
    for file in files {
        let bytes: Bytes = match &file.content {
            Some(content) => Box::new(io::Cursor::new(Arc::clone(content))),
            None => match tokio::fs::File::open(&file.path).await {
                Ok(opened) => Box::new(opened.take(file.size)),
                Err(error) => {
                    return Err(Error::File {
                        name: file.path.display().to_string(),
                        detail: error.to_string(),
                    });
                }
            },
        };
        let body = reqwest::Body::wrap_stream(pieces(bytes, upload.clone()));
        // A line end in a name would end the header that holds it.
        let name = file.name.replace(char::is_control, "_");
        let part = Part::stream_with_length(body, file.size)
            .file_name(name)
            .mime_str(mime_type(&file.name))
            .map_err(|error| Error::Setup {
                detail: error.to_string(),
            })?;
        form = form.part("files", part);
    }
    Ok(form)
}

/// What a file holds, as it is read.
type Bytes = Box<dyn AsyncRead + Send + Unpin>;

/// A file in pieces, counted as they are handed out.
fn pieces(bytes: Bytes, upload: Upload) -> impl Stream<Item = io::Result<Vec<u8>>> + Send {
    stream::try_unfold((bytes, upload), |(mut bytes, upload)| async {
        let mut piece = Vec::with_capacity(PIECE);
        let mut some = (&mut bytes).take(PIECE as u64);
        if some.read_to_end(&mut piece).await? == 0 {
            return Ok(None);
        }
        upload.count(piece.len() as u64);
        Ok(Some((piece, (bytes, upload))))
    })
}

fn file_data(file: &Ready, path: &str) -> Value {
    json!({
        "path": path,
        "orig_name": file.name,
        "size": file.size,
        "mime_type": mime_type(&file.name),
        "meta": {"_type": "gradio.FileData"},
    })
}

/// The media type that a file's name suggests; Spaces choose by it what they do with a file.
pub fn mime_type(name: &str) -> &'static str {
    let extension = name
        .rsplit_once('.')
        .map(|(_, extension)| extension.to_lowercase());
    match extension.as_deref().unwrap_or_default() {
        "txt" | "log" | "text" | "toml" | "ini" | "cfg" | "rs" | "c" | "h" | "cpp" | "go"
        | "java" | "sh" => "text/plain",
        "md" | "markdown" => "text/markdown",
        "csv" => "text/csv",
        "tsv" => "text/tab-separated-values",
        "html" | "htm" => "text/html",
        "css" => "text/css",
        "js" | "mjs" => "text/javascript",
        "py" => "text/x-python",
        "xml" => "application/xml",
        "json" | "jsonl" => "application/json",
        "yaml" | "yml" => "application/yaml",
        "rtf" => "application/rtf",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "gif" => "image/gif",
        "webp" => "image/webp",
        "avif" => "image/avif",
        "heic" => "image/heic",
        "bmp" => "image/bmp",
        "tif" | "tiff" => "image/tiff",
        "svg" => "image/svg+xml",
        "mp3" => "audio/mpeg",
        "wav" => "audio/wav",
        "flac" => "audio/flac",
        "ogg" | "oga" | "opus" => "audio/ogg",
        "m4a" => "audio/mp4",
        "mp4" | "m4v" => "video/mp4",
        "webm" => "video/webm",
        "mov" => "video/quicktime",
        "mkv" => "video/x-matroska",
        "avi" => "video/x-msvideo",
        "pdf" => "application/pdf",
        "doc" => "application/msword",
        "docx" => "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "xls" => "application/vnd.ms-excel",
        "xlsx" => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "ppt" => "application/vnd.ms-powerpoint",
        "pptx" => "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "epub" => "application/epub+zip",
        "zip" => "application/zip",
        "gz" | "tgz" => "application/gzip",
        "tar" => "application/x-tar",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests;
