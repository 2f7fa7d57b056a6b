//! Uploads the files of a message, before the message is sent.

use super::ProviderError;
use super::reply::ReplySender;
use crate::chat::Stage;
use crate::gradio::Client;
use crate::gradio::app::App;
use crate::http::{Upload, UploadSource};
use serde_json::Value;
use std::time::Duration;

/// How often the progress of an upload is read.
const UPLOAD_TICK: Duration = Duration::from_millis(100);

/// Uploads the files and reports the progress; `None` when the reply was cancelled meanwhile.
/// Returns the reference to each file for a message, in order.
pub(super) async fn upload_files(
    sender: &ReplySender,
    client: &Client,
    app: &App,
    files: &[UploadSource],
) -> Result<Option<Vec<Value>>, ProviderError> {
    if files.is_empty() {
        return Ok(Some(Vec::new()));
    }
    let upload = Upload::default();
    let work = sender.unless_cancelled(client.upload(app, files, &upload));
    tokio::pin!(work);
    let mut told = (0, 0);
    let sent = loop {
        let sent = tokio::select! {
            sent = &mut work => Some(sent),
            () = tokio::time::sleep(UPLOAD_TICK) => None,
        };
        let (bytes, total) = upload.progress();
        if (bytes, total) != told {
            told = (bytes, total);
            sender.send_stage(Stage::Uploading { sent: bytes, total });
        }
        if let Some(sent) = sent {
            break sent;
        }
    };
    Ok(sent.transpose()?)
}
