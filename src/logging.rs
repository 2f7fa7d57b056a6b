//! The log file: what the program did, for finding the cause of a problem.
//!
//! Stages, kinds of errors, counts; never a prompt, a reply, a token or a cookie. `SPACECHAT_LOG`
//! sets the level (`info` without it, `off` for none).

use crate::private_file;
use std::fs::File;
use std::path::Path;
use std::sync::Mutex;
use tracing_subscriber::EnvFilter;

/// A log of this size, in bytes, is set aside at the next start.
const LARGEST: u64 = 1 << 20;

/// Starts logging to `path`. If the log cannot be written, the program runs without it.
pub fn start(path: &Path) {
    let level = std::env::var("SPACECHAT_LOG").unwrap_or_else(|_| "info".to_owned());
    if level == "off" {
        return;
    }
    let Ok(file) = open(path) else {
        return;
    };
    let filter = EnvFilter::try_new(format!("spacechat={level}"))
        .unwrap_or_else(|_| EnvFilter::new("spacechat=info"));
    // A second start in the same process keeps the first log.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .with_writer(Mutex::new(file))
        .try_init();
}

/// Opens the log for appending, readable by its owner alone.
fn open(path: &Path) -> std::io::Result<File> {
    if let Some(folder) = path.parent() {
        private_file::make_folder(folder)?;
        private_file::narrow(folder, 0o700)?;
    }
    if std::fs::metadata(path).is_ok_and(|file| file.len() > LARGEST) {
        std::fs::rename(path, path.with_extension("log.old"))?;
    }
    let file = private_file::options()
        .create(true)
        .append(true)
        .open(path)?;
    private_file::narrow(path, 0o600)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn the_log_is_its_owners_alone_and_is_set_aside_when_it_is_large() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("state/spacechat.log");
        let file = open(&path).unwrap();
        assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        file.set_len(LARGEST + 1).unwrap();
        open(&path).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().len(), 0);
        assert!(path.with_extension("log.old").exists());
    }
}
