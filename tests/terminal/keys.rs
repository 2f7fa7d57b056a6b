//! What a terminal sends for the keys that the tests press (xterm's sequences).

pub const ENTER: &str = "\r";
pub const ESC: &str = "\x1b";
pub const TAB: &str = "\t";
pub const UP: &str = "\x1b[A";
pub const DOWN: &str = "\x1b[B";
pub const END: &str = "\x1b[F";
pub const PAGE_UP: &str = "\x1b[5~";
pub const F2: &str = "\x1bOQ";
pub const F3: &str = "\x1bOR";
pub const F4: &str = "\x1bOS";
pub const F5: &str = "\x1b[15~";
pub const CTRL_B: &str = "\x02";
pub const CTRL_C: &str = "\x03";
pub const CTRL_F: &str = "\x06";
pub const CTRL_G: &str = "\x07";
pub const CTRL_J: &str = "\n";
pub const CTRL_N: &str = "\x0e";
pub const CTRL_O: &str = "\x0f";
pub const CTRL_P: &str = "\x10";
pub const CTRL_Q: &str = "\x11";
pub const CTRL_U: &str = "\x15";
pub const CTRL_Z: &str = "\x1a";
pub const CTRL_END: &str = "\x1b[1;5F";
pub const CTRL_PAGE_UP: &str = "\x1b[5;5~";
pub const CTRL_PAGE_DOWN: &str = "\x1b[6;5~";
pub const ALT_UP: &str = "\x1b[1;3A";
