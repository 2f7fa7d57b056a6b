//! A server that still loads its model: that is a stage and no failure, and passes.

use crate::chat::Stage;
use crate::gradio;
use crate::http::{self, Refusal};
use crate::openai::ServerFailure;
use crate::provider::ProviderError;
use crate::provider::reply::ReplySender;
use std::error::Error;
use std::time::Duration;
use tokio::time::sleep;

/// How often it is asked again.
pub const PAUSE: Duration = Duration::from_secs(1);

/// The stage, as it is shown.
pub fn stage() -> Stage {
    Stage::Waking("loading its model".to_owned())
}

/// Whether a server refuses because it loads. It says so in words: the status alone could be anybody's.
pub fn is_refusal(refusal: &Refusal) -> bool {
    refusal.status == 503 && ServerFailure::of_body(refusal.body()).is_loading()
}

/// Whether an error is of such a refusal.
pub fn is_error(error: &ProviderError) -> bool {
    let said = error.source().and_then(|source| source.downcast_ref());
    matches!(said, Some(gradio::Error::Http(http::Error::Status(refusal))) if is_refusal(refusal))
}

/// Asks until the answer is another than that it loads, the stage being shown meanwhile. Safe to drop while it waits.
pub async fn waited_for<T, F>(
    sender: &ReplySender,
    mut ask: impl FnMut() -> F,
) -> Result<T, ProviderError>
where
    F: Future<Output = Result<T, ProviderError>>,
{
    loop {
        match ask().await {
            Err(error) if is_error(&error) => {
                sender.send_stage(stage());
                sleep(PAUSE).await;
            }
            answer => return answer,
        }
    }
}
