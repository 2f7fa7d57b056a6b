//! What kind of character each one is to the gate. Only facts of Unicode; no state.

use unicode_width::UnicodeWidthChar as _;

/// What the gate does with a character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// Goes out as it is and takes this many columns.
    Plain(usize),
    /// A combining mark: goes out as it is, unless there are too many.
    Combining,
    /// Any kind of line break.
    Break,
    /// A horizontal tab.
    Tab,
    /// A control character, with the picture that stands for it.
    Control(char),
    /// A control character without a picture.
    Dropped,
    /// Begins an escape sequence.
    Introducer,
    /// Zero-width joiner or non-joiner: depends on both neighbours.
    Joiner,
    /// A variation selector: depends on the character before.
    Selector,
    /// Invisible, or changes the direction of text.
    Hidden,
}

/// The length in bytes of the longest prefix that is printable ASCII and LF only.
pub(super) fn plain_prefix(text: &str) -> usize {
    const BLOCK: usize = 32;
    let bytes = text.as_bytes();
    let plain = |b: &u8| matches!(b, b' '..=b'~' | b'\n');
    // Whole blocks first: without an early exit inside of a block the compiler uses wide registers.
    let blocks = bytes
        .chunks_exact(BLOCK)
        .take_while(|block| block.iter().fold(true, |all, b| all & plain(b)))
        .count();
    let rest = &bytes[blocks * BLOCK..];
    blocks * BLOCK + rest.iter().take_while(|b| plain(b)).count()
}

/// Whether a character is surely [`Class::Plain`], and of a script of which whole books are written: told without a look
/// into the tables of Unicode. ASCII is [`plain_prefix`]'s.
pub(super) fn is_common(c: char) -> bool {
    matches!(c, '\u{c0}'..='\u{2ff}' | '\u{391}'..='\u{3a1}' | '\u{3a3}'..='\u{3ff}' | '\u{400}'..='\u{482}'
        | '\u{48a}'..='\u{52f}' | '\u{3001}'..='\u{3029}' | '\u{3041}'..='\u{3096}' | '\u{309b}'..='\u{30ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}' | '\u{ff01}'..='\u{ff60}')
}

/// The class of a character.
pub(super) fn of(c: char) -> Class {
    match c {
        ' '..='~' | '\u{a0}'..='\u{ac}' | '\u{ae}'..='\u{2ff}' => Class::Plain(1),
        '\t' => Class::Tab,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Class::Break,
        '\u{1b}' | '\u{90}' | '\u{98}' | '\u{9b}' | '\u{9d}'..='\u{9f}' => Class::Introducer,
        '\0'..='\u{1f}' => Class::Control(picture(c)),
        '\u{7f}' => Class::Control('\u{2421}'),
        '\u{80}'..='\u{9f}' => Class::Dropped,
        '\u{200c}' | '\u{200d}' => Class::Joiner,
        '\u{fe00}'..='\u{fe0f}'
        | '\u{180b}'..='\u{180d}'
        | '\u{180f}'
        | '\u{e0100}'..='\u{e01ef}' => Class::Selector,
        _ if is_hidden(c) => Class::Hidden,
        _ => match c.width() {
            Some(0) => Class::Combining,
            Some(width) => Class::Plain(width),
            None => Class::Dropped,
        },
    }
}

/// The control picture of a C0 character.
fn picture(c: char) -> char {
    char::from_u32(0x2400 + u32::from(c)).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Whether a character shows nothing, or changes the direction of the text around it: the code
/// points that Unicode calls default ignorable, interlinear annotation controls among them,
/// without joiners and variation selectors.
fn is_hidden(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Whether a joiner belongs between these two: it ties emoji together, and in the scripts that
/// need it, it chooses the form of letters. Two in a row never belong.
pub(super) fn joins(before: Option<char>, joiner: char, after: Option<char>) -> bool {
    let Some(before) = before else { return false };
    // After an Indic vowel killer it may end a word.
    if is_indic(before) {
        return true;
    }
    let Some(after) = after else { return false };
    (joiner == '\u{200d}' && (is_emoji(before) || before == '\u{fe0f}') && is_emoji(after))
        || (is_cursive(before) && is_cursive(after))
}

/// Whether a variation selector belongs after this character.
pub(super) fn selects(before: Option<char>, selector: char) -> bool {
    let Some(before) = before else { return false };
    match selector {
        '\u{fe0e}' | '\u{fe0f}' => {
            is_emoji(before)
                || matches!(before, '0'..='9' | '#' | '*' | '©' | '®' | '\u{203c}'..='\u{32ff}')
        }
        '\u{fe00}'..='\u{fe0d}' => {
            is_ideograph(before)
                || matches!(before, '0' | '\u{1000}'..='\u{109f}' | '\u{2200}'..='\u{22ff}'
                    | '\u{2a00}'..='\u{2aff}' | '\u{3000}'..='\u{303f}' | '\u{a840}'..='\u{a87f}'
                    | '\u{ff00}'..='\u{ffef}')
        }
        '\u{e0100}'..='\u{e01ef}' => is_ideograph(before),
        _ => matches!(before, '\u{1820}'..='\u{18aa}'),
    }
}

/// Characters that are, or may be shown as, emoji.
fn is_emoji(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}' | '\u{25a0}'..='\u{27bf}'
        | '\u{2b00}'..='\u{2bff}' | '\u{1f000}'..='\u{1faff}')
}

/// Letters and signs of the Brahmic scripts.
fn is_indic(c: char) -> bool {
    matches!(c, '\u{900}'..='\u{dff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17d3}'
        | '\u{1b00}'..='\u{1b7f}' | '\u{a980}'..='\u{a9df}' | '\u{11000}'..='\u{114df}')
}

/// Letters of the scripts that are written joined: Arabic, Syriac, N'Ko, Mongolian and others.
fn is_cursive(c: char) -> bool {
    matches!(c, '\u{620}'..='\u{8ff}' | '\u{1820}'..='\u{18aa}' | '\u{fb50}'..='\u{fdff}'
        | '\u{fe70}'..='\u{fefc}')
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3ffff}')
}
