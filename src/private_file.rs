//! Private files and folders: the one way in which this program creates them.
//!
//! A leaf; it knows nothing of the files' contents.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::path::Path;

/// Options to open a file that, where it is made, only its owner can read and write (0600).
pub fn options() -> OpenOptions {
    let mut options = File::options();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes a folder with those above it, for its owner alone (0700). One that is there stays as it is.
pub fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Takes from a file or a folder the rights that are not in `mode` (0o600, 0o700).
#[cfg(unix)]
pub fn narrow(path: &Path, mode: u32) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let now = fs::metadata(path)?.permissions().mode() & 0o777;
    if now & !mode == 0 {
        return Ok(());
    }
    fs::set_permissions(path, fs::Permissions::from_mode(now & mode))
}

/// Where permissions have no mode, a file in the user's own folders is private already.
#[cfg(not(unix))]
pub fn narrow(path: &Path, _mode: u32) -> io::Result<()> {
    fs::metadata(path).map(drop)
}
