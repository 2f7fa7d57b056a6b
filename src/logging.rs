//! The log file: what the program did, for when something is to be found out.
//!
//! Stages, kinds of errors, counts; never a prompt, a reply, a token or a cookie. `SPACECHAT_LOG`
//! sets the level (`info` without it, `off` for none).

use std::fs::{File, OpenOptions};
use std::path::Path;
use std::sync::Mutex;
use tracing_subscriber::EnvFilter;

/// A log of this size, in bytes, is set aside at the next start.
const LARGEST: u64 = 1 << 20;

/// Begins to log into `path`. A log that cannot be written is done without: the program is for
/// chatting.
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
        std::fs::create_dir_all(folder)?;
        narrow(folder, 0o700)?;
    }
    if std::fs::metadata(path).is_ok_and(|file| file.len() > LARGEST) {
        std::fs::rename(path, path.with_extension("log.old"))?;
    }
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let file = options.open(path)?;
    narrow(path, 0o600)?;
    Ok(file)
}

/// Takes the rights of others from what existed with wider ones.
fn narrow(path: &Path, mode: u32) -> std::io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let now = std::fs::metadata(path)?.permissions().mode() & 0o777;
        if now & !mode != 0 {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(now & mode))?;
        }
    }
    #[cfg(not(unix))]
    let _ = (path, mode);
    Ok(())
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
