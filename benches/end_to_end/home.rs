//! A home with conversations saved in it.

use rig::home::Home;
use spacechat::chat::{Conversation, Settings, Unsent, import_changes};
use spacechat::testing::store::Store;

/// A home with these conversations saved and indexed, as they are some time after they were written.
pub fn with(conversations: &[Conversation]) -> Home {
    let home = Home::new();
    let store = Store::open(&home.data(), |notice| panic!("{notice:?}"));
    let store = store.expect("a new store opens");
    for conversation in conversations {
        let (unsent, settings) = (Unsent::default(), Settings::default());
        store
            .handle
            .send_all(import_changes(conversation, unsent, settings));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime without I/O needs nothing");
    let is_saved =
        runtime.block_on(async { store.handle.indexed().await && store.handle.close().await });
    assert!(is_saved, "the conversations could not be saved");
    home
}
