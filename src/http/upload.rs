//! Uploads: how much has been sent, and whether anything still moves.
//!
//! A prompt of a million tokens takes its time on a slow line, so the idle timeout must run from the last byte that
//! moved and not from the start of the request, and the progress is reported. Files go as multipart, from memory or
//! straight from disk.

use super::error::{Error, Route};
use super::media_type::media_type;
use futures_util::{Stream, stream};
use reqwest::header::CONTENT_LENGTH;
use reqwest::multipart::{Form, Part};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};

/// Bytes handed to the connection at a time; small enough that progress is seen on a slow line.
const PIECE: usize = 64 << 10;

/// Counts of one upload, shared with who shows them.
#[derive(Debug, Clone, Default)]
pub struct Upload {
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    sent: AtomicU64,
    total: AtomicU64,
}

impl Upload {
    /// Bytes handed to the connection and bytes in all; `(0, 0)` before it begins.
    pub fn progress(&self) -> (u64, u64) {
        (
            self.counts.sent.load(Ordering::Relaxed),
            self.counts.total.load(Ordering::Relaxed),
        )
    }

    /// The size of what is going to be sent is known.
    pub(super) fn begin(&self, total: u64) {
        self.restart();
        self.counts.total.store(total, Ordering::Relaxed);
    }

    /// It is sent from its beginning.
    fn restart(&self) {
        self.counts.sent.store(0, Ordering::Relaxed);
    }

    /// Bytes were handed to the connection.
    fn count(&self, bytes: u64) {
        self.counts.sent.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// A file that is to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadSource {
    /// Where it is or was on this machine.
    pub path: PathBuf,
    /// The name under which it is sent.
    pub name: String,
    /// What it holds; without it that is read from the path.
    pub content: Option<Arc<[u8]>>,
}

impl UploadSource {
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

/// A file that can be read, with its size, ready to be sent.
#[derive(Debug, Clone)]
pub struct SizedSource {
    source: UploadSource,
    /// In bytes.
    pub size: u64,
}

impl SizedSource {
    /// Checks that a file exists, is a plain file, and has at most `limit` bytes.
    pub async fn inspect(source: &UploadSource, limit: Option<u64>) -> Result<Self, Error> {
        let unreadable = |detail: String| Error::File {
            name: source.path.display().to_string(),
            detail,
        };
        let size = if let Some(content) = &source.content {
            content.len() as u64
        } else {
            let metadata = tokio::fs::metadata(&source.path)
                .await
                .map_err(|error| unreadable(error.to_string()))?;
            if !metadata.is_file() {
                return Err(unreadable("it is not a plain file".to_owned()));
            }
            metadata.len()
        };
        match limit {
            Some(limit) if size > limit => Err(Error::FileTooLarge {
                name: source.name.clone(),
                size,
                limit,
            }),
            _ => Ok(Self {
                source: source.clone(),
                size,
            }),
        }
    }

    /// The name under which it is sent.
    pub fn name(&self) -> &str {
        &self.source.name
    }
}

/// The body of an upload, each file as a part named `field`; the files are open when this returns, and
/// read as they are sent.
pub(super) async fn form(
    files: &[SizedSource],
    field: &'static str,
    upload: &Upload,
) -> Result<Form, Error> {
    upload.restart();
    let mut form = Form::new();
    for SizedSource { source, size } in files {
        let bytes: Bytes = match &source.content {
            Some(content) => Box::new(io::Cursor::new(Arc::clone(content))),
            None => match tokio::fs::File::open(&source.path).await {
                Ok(opened) => Box::new(opened.take(*size)),
                Err(error) => {
                    return Err(Error::File {
                        name: source.path.display().to_string(),
                        detail: error.to_string(),
                    });
                }
            },
        };
        let body = reqwest::Body::wrap_stream(pieces(bytes, upload.clone()));
        // A line end in a name would end the header that holds it.
        let name = source.name.replace(char::is_control, "_");
        let part = Part::stream_with_length(body, *size)
            .file_name(name)
            .mime_str(media_type(&source.name))
            .map_err(|error| Error::Setup {
                detail: error.to_string(),
            })?;
        form = form.part(field, part);
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

/// Gives `request` a body that is counted as it leaves.
pub(super) fn with_counted_body(
    request: reqwest::RequestBuilder,
    body: Vec<u8>,
    upload: &Upload,
) -> reqwest::RequestBuilder {
    let total = body.len();
    upload.begin(total as u64);
    let counter = upload.clone();
    let mut position = 0;
    let pieces = std::iter::from_fn(move || {
        let end = (position + PIECE).min(body.len());
        let piece = body.get(position..end).filter(|piece| !piece.is_empty())?;
        counter.count(piece.len() as u64);
        position = end;
        Some(Ok::<_, std::convert::Infallible>(piece.to_vec()))
    });
    request
        // The length is known: without it the body would go chunked, which some proxies refuse.
        .header(CONTENT_LENGTH, total)
        .body(reqwest::Body::wrap_stream(stream::iter(pieces)))
}

/// Sends a request and waits for the head of its answer for as long as the body moves, and `patience`
/// longer. `url` is what errors name.
pub(super) async fn send_with_idle_timeout(
    request: reqwest::RequestBuilder,
    upload: &Upload,
    (url, route): (&str, Route),
    patience: Duration,
) -> Result<reqwest::Response, Error> {
    let response = request.send();
    tokio::pin!(response);
    let mut before = upload.progress();
    loop {
        match tokio::time::timeout(patience, &mut response).await {
            Ok(result) => {
                return result.map_err(|error| Error::from_http(&error, url, patience, route));
            }
            Err(_) if upload.progress() != before => before = upload.progress(),
            Err(_) => {
                return Err(Error::Timeout {
                    url: url.to_owned(),
                    after: patience,
                });
            }
        }
    }
}
