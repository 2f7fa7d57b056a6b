//! The terminal: enters and leaves its modes, writes to it, and reads it ([`input`]). The only module that writes escape
//! sequences other than what the renderer draws.
//!
//! [`leave`] runs however the program ends (a return, an error, a panic, a signal): modes off in
//! the reverse order, the main screen back. What differs between systems is here behind `cfg`.

mod backend;
mod capabilities;
mod clipboard;
pub mod input;
mod scrolled;

pub use backend::Addresses;
use backend::FrameBackend;
pub use capabilities::Capabilities;
use capabilities::is_in_tmux;
use clipboard::Clipboard;
use crossterm::clipboard::CopyToClipboard;
use crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, DisableMouseCapture, EnableBracketedPaste,
    EnableFocusChange, EnableMouseCapture, KeyboardEnhancementFlags, PopKeyboardEnhancementFlags,
    PushKeyboardEnhancementFlags,
};
use crossterm::style::Print;
use crossterm::terminal::{
    BeginSynchronizedUpdate, DisableLineWrap, EnableLineWrap, EndSynchronizedUpdate,
    EnterAlternateScreen, LeaveAlternateScreen, disable_raw_mode, enable_raw_mode,
};
use crossterm::{cursor, execute, queue};
use ratatui::Frame;
use std::io::{self, BufWriter, IsTerminal, Stdout, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use unicode_width::UnicodeWidthStr;

/// Whether the modes are on, so that the panic hook and the guard undo them once.
static IS_ENTERED: AtomicBool = AtomicBool::new(false);

/// Asks (DECRQM) for the mode of bracketed paste.
const ASK_BRACKETED_PASTE: &str = "\x1b[?2004$p";
/// Sets xterm's `modifyOtherKeys`, for Shift+Enter and its like, and takes it back.
const TELL_OTHER_KEYS: &str = "\x1b[>4;2m";
const TELL_PLAIN_KEYS: &str = "\x1b[>4;0m";

/// Notes whether the wheel sends arrow keys on the alternate screen, and has it send none.
const STOP_WHEEL_KEYS: &str = "\x1b[?1007s\x1b[?1007l";
/// Has it be as it was noted. A terminal that notes nothing has it on, as most have at first.
const RESTORE_WHEEL_KEYS: &str = "\x1b[?1007h\x1b[?1007r";
/// A free line below everything, for a terminal that has no alternate screen to leave (GNU screen and the Linux console).
/// Others lose it with that screen.
const FREE_LINE: &str = "\x1b[0m\x1b[9999;1H\r\n\x1b[2K";

/// The longest notice of the desktop, in characters.
const LONGEST_NOTICE: usize = 120;

type Screen = ratatui::Terminal<FrameBackend<BufWriter<Stdout>>>;

/// The terminal in the program's modes. Dropping it restores it.
pub struct Terminal {
    screen: Screen,
    has_mouse: bool,
    /// What its answers have told.
    pub capabilities: Capabilities,
    clipboard: Clipboard,
}

impl Terminal {
    /// Enters the program's modes: raw mode, the alternate screen, bracketed paste, focus reports.
    /// Fails when input or output is no terminal, before anything was changed. What `links` has
    /// addresses for is made a hyperlink.
    pub fn enter(links: Option<Addresses>) -> io::Result<Self> {
        if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
            return Err(io::Error::other(
                "it needs a terminal for input and output; use `spacechat ask` in a pipe",
            ));
        }
        install_panic_hook();
        let writer = BufWriter::with_capacity(1 << 16, io::stdout());
        let screen = ratatui::Terminal::new(FrameBackend::new(writer, links))?;
        let mut terminal = Self {
            screen,
            has_mouse: false,
            capabilities: Capabilities::default(),
            clipboard: Clipboard::default(),
        };
        terminal.take()?;
        Ok(terminal)
    }

    /// Enters every mode, whether or not it is on: another program may have been here, and this one may have been stopped
    /// without leaving any.
    fn take(&mut self) -> io::Result<()> {
        // Raw mode is not entered by what believes that it is on.
        disable_raw_mode()?;
        enable_raw_mode()?;
        let was_entered = IS_ENTERED.swap(true, Ordering::SeqCst);
        let out = self.screen.backend_mut();
        if was_entered {
            // The flags are a stack, which would grow.
            queue!(out, PopKeyboardEnhancementFlags)?;
        } else {
            queue!(out, Print(STOP_WHEEL_KEYS))?;
        }
        execute!(
            out,
            EnterAlternateScreen,
            // What a terminal takes for wider than it is must not run into the next row.
            DisableLineWrap,
            EnableBracketedPaste,
            EnableFocusChange,
            // Shift+Enter and a lone Esc can be distinguished where the terminal supports this, and a chord is known by its
            // key in every layout; other terminals ignore it.
            PushKeyboardEnhancementFlags(
                KeyboardEnhancementFlags::DISAMBIGUATE_ESCAPE_CODES
                    | KeyboardEnhancementFlags::REPORT_ALTERNATE_KEYS
            ),
        )?;
        if is_in_tmux() {
            execute!(out, Print(TELL_OTHER_KEYS))?;
        }
        if self.has_mouse {
            execute!(out, EnableMouseCapture)?;
        }
        // This clears as `clear` does, which would first ask the terminal where its cursor is: some
        // never answer.
        self.redraw()
    }

    /// Asks what decides how input is read; the answers come with it. They are waited for nowhere.
    pub fn ask(&mut self) -> io::Result<()> {
        // Old kernels write the end of the question on the screen.
        if std::env::var_os("TERM").is_some_and(|term| term == "linux") {
            return Ok(());
        }
        execute!(self.screen.backend_mut(), Print(ASK_BRACKETED_PASTE))
    }

    /// Draws a frame in one piece, where the terminal can do that. Fails once a panic of another
    /// thread has given the terminal back: its report is there now, and no frame may cover it.
    pub fn draw(&mut self, draw: impl FnOnce(&mut Frame)) -> io::Result<()> {
        if !IS_ENTERED.load(Ordering::SeqCst) {
            return Err(io::Error::other(
                "a part of the program broke down, and its report stands above; what could be saved is saved, and `spacechat -c` goes on with it",
            ));
        }
        queue!(self.screen.backend_mut(), BeginSynchronizedUpdate)?;
        self.screen.draw(draw)?;
        queue!(self.screen.backend_mut(), EndSynchronizedUpdate)?;
        Write::flush(self.screen.backend_mut())
    }

    /// Has the next frame draw everything, whatever stands on the screen.
    pub fn redraw(&mut self) -> io::Result<()> {
        self.resized();
        let whole = self.screen.size()?.into();
        self.screen.resize(whole)
    }

    /// The window may have got another size; the next frame asks.
    pub fn resized(&mut self) {
        self.screen.backend_mut().forget_size();
    }

    /// Turns mouse capture on or off.
    pub fn capture_mouse(&mut self, on: bool) -> io::Result<()> {
        self.has_mouse = on;
        if on {
            execute!(self.screen.backend_mut(), EnableMouseCapture)
        } else {
            execute!(self.screen.backend_mut(), DisableMouseCapture)
        }
    }

    /// Rings the bell, and shows `words` as a notice of the desktop where the terminal can (OSC 9).
    /// Only printable characters of them are written.
    pub fn notify_desktop(&mut self, words: &str) -> io::Result<()> {
        let plain: String = words
            .chars()
            .filter(|c| c.is_alphanumeric() || c.is_ascii_punctuation() || *c == ' ')
            .take(LONGEST_NOTICE)
            .collect();
        let out = self.screen.backend_mut();
        write!(out, "\x07\x1b]9;{plain}\x1b\\")?;
        Write::flush(out)
    }

    /// Puts text on the clipboard of the terminal that shows this, over SSH too (OSC 52), and on
    /// those of the desktop and of tmux where they are. Whether any took it cannot be known.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        self.clipboard.copy(text);
        execute!(
            self.screen.backend_mut(),
            CopyToClipboard::to_clipboard_from(text)
        )
    }

    /// Gives the terminal to another program that runs beside this one. Nothing may be drawn until
    /// it is taken again.
    pub fn lend(&mut self) {
        leave();
    }

    /// Takes the terminal again, or whatever another program has left of it; the next frame is drawn whole.
    pub fn take_again(&mut self) -> io::Result<()> {
        self.take()
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        leave();
    }
}

/// Undoes every mode, once. Errors are ignored: there may be no terminal any more.
pub fn leave() {
    if !IS_ENTERED.swap(false, Ordering::SeqCst) {
        return;
    }
    let mut out = io::stdout();
    if is_in_tmux() {
        let _ = queue!(out, Print(TELL_PLAIN_KEYS));
    }
    let _ = execute!(
        out,
        EndSynchronizedUpdate,
        PopKeyboardEnhancementFlags,
        DisableMouseCapture,
        DisableFocusChange,
        DisableBracketedPaste,
        EnableLineWrap,
        Print(RESTORE_WHEEL_KEYS),
        Print(FREE_LINE),
        LeaveAlternateScreen,
        cursor::Show,
    );
    let _ = disable_raw_mode();
}

/// The terminal is restored before a panic is reported, so that the report can be read.
fn install_panic_hook() {
    static IS_INSTALLED: AtomicBool = AtomicBool::new(false);
    if IS_INSTALLED.swap(true, Ordering::SeqCst) {
        return;
    }
    let report = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        leave();
        report(panic);
    }));
}

/// Takes `text` back that was printed at the cursor of the main screen: the cursor goes to where
/// it began, and the rest of the screen is cleared. What has scrolled off the top stays there.
pub fn unprint(out: &mut impl Write, text: &str) -> io::Result<()> {
    let (width, height) = crossterm::terminal::size()?;
    let width = usize::from(width).max(1);
    let rows: usize = text
        .split('\n')
        .map(|line| line.width().saturating_sub(1) / width)
        .sum();
    let rows = rows + text.matches('\n').count();
    let rows = u16::try_from(rows)
        .unwrap_or(u16::MAX)
        .min(height.saturating_sub(1));
    if rows > 0 {
        queue!(out, cursor::MoveUp(rows))?;
    }
    queue!(
        out,
        cursor::MoveToColumn(0),
        crossterm::terminal::Clear(crossterm::terminal::ClearType::FromCursorDown)
    )
}

/// Clears the line on which the cursor stands.
pub fn clear_line(out: &mut impl Write) -> io::Result<()> {
    execute!(
        out,
        cursor::MoveToColumn(0),
        crossterm::terminal::Clear(crossterm::terminal::ClearType::CurrentLine)
    )
}
