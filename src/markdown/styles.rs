//! The styles in which a text is laid out. No colours are chosen here.

use ratatui::style::Style;

use super::highlight::Token;
use super::links::Links;

/// The styles of everything that a text can hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Styles {
    /// Running text. All other styles of text are applied on top of it.
    pub text: Style,
    /// Strong emphasis.
    pub strong: Style,
    /// Emphasis.
    pub emphasis: Style,
    /// Text that is struck through.
    pub strike: Style,
    /// Code and formulas within text.
    pub code: Style,
    /// The text of a link.
    pub link: Style,
    /// Headings.
    pub heading: Style,
    /// The bar beside a quotation.
    pub quote: Style,
    /// Thematic breaks.
    pub rule: Style,
    /// Bullets, numbers and task boxes.
    pub list_marker: Style,
    /// Code in code blocks.
    pub code_block: Style,
    /// The frame of code blocks.
    pub code_border: Style,
    /// The lines of tables.
    pub table_border: Style,
    /// Link targets, HTML and link definitions.
    pub dim: Style,
    /// The parts of code, on top of [`Styles::code_block`].
    pub syntax: Syntax,
    /// Where links are marked, for a terminal that follows them. Without it their addresses are
    /// shown.
    pub links: Option<Links>,
}

/// The styles of the parts of code, one for each [`Token`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Syntax {
    /// Comments.
    pub comment: Style,
    /// Texts in quotes.
    pub text: Style,
    /// Numbers and constants.
    pub constant: Style,
    /// Words of the language.
    pub keyword: Style,
    /// Names of functions.
    pub function: Style,
    /// Names of types, tags, sections.
    pub class: Style,
    /// Parameters, attributes, keys.
    pub name: Style,
    /// Added lines.
    pub added: Style,
    /// Removed lines.
    pub removed: Style,
}

impl Syntax {
    /// The style of a token.
    pub fn of(&self, token: Token) -> Style {
        match token {
            Token::Comment => self.comment,
            Token::Text => self.text,
            Token::Constant => self.constant,
            Token::Keyword => self.keyword,
            Token::Function => self.function,
            Token::Type => self.class,
            Token::Name => self.name,
            Token::Added => self.added,
            Token::Removed => self.removed,
        }
    }
}
