//! Why a command over what is saved did nothing. How it is told is not known here.

use super::exit::Exit;
use crate::store::StoreError;

/// Why a command did nothing.
pub(super) enum Trouble {
    Store(StoreError),
    Other(Exit, String, String),
}

impl From<StoreError> for Trouble {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}
