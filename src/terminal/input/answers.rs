//! Which control sequences are answers of the terminal (xterm's `ctlseqs`, the VT510 manual, kitty's protocols).

use super::Answer;
use super::control::Control;

/// The answer that a sequence is, if it is one; `bytes` are what stands behind its `ESC [`.
pub fn of(control: &Control, bytes: &[u8]) -> Option<Answer> {
    if control.has_marks(b"?$") && control.last == 'y' {
        return Some(Answer::Mode {
            mode: control.number(0),
            is_known: control.number(1) != 0,
        });
    }
    let is_private = matches!(control.mark(), Some(b'?' | b'>' | b'='));
    // Reports of modes, of the status, of the cursor, of sizes, of settings. No key ends so.
    let is_report = matches!(control.last, 'y' | 'n' | 'R' | 't' | 'x');
    let is_answer = is_private || is_report;
    is_answer.then(|| Answer::Other(format!("[{}", String::from_utf8_lossy(bytes))))
}
