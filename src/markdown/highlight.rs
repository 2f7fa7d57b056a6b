//! Code as coloured tokens: which part of a line is a keyword, a string, a comment.
//!
//! A [`Highlighter`] is slow (a millisecond for two or three lines) and remembers where it stands
//! in each block, so that a growing block is continued and not read again. It belongs on its own
//! thread; layout only looks up its results. It knows no colours: a [`Token`] becomes a style in
//! the theme, so that another theme needs no new pass.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::LazyLock;

use syntect::highlighting::{
    Color, HighlightIterator, HighlightState, Highlighter as Colours, ScopeSelectors,
    StyleModifier, Theme, ThemeItem,
};
use syntect::parsing::{ParseState, ScopeStack, SyntaxReference, SyntaxSet};

/// What a part of code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Token {
    /// A comment.
    Comment,
    /// A text in quotes.
    Text,
    /// A number, a constant, an escape in a text.
    Constant,
    /// A word of the language.
    Keyword,
    /// The name of a function.
    Function,
    /// The name of a type, a tag or a section.
    Type,
    /// A name with a meaning of its own: a parameter, an attribute, a key.
    Name,
    /// A line that was added, in a diff.
    Added,
    /// A line that was removed.
    Removed,
}

/// The tokens of lines: for each line, byte ranges of that line in ascending order.
pub type CodeTokens = Vec<Vec<(Range<usize>, Token)>>;

/// The selectors of each token. The theme's match with the longest scope counts, so that order
/// means nothing.
const SELECTORS: [(Token, &str); 9] = [
    (Token::Comment, "comment, punctuation.definition.comment"),
    (
        Token::Text,
        "string, punctuation.definition.string, markup.raw, markup.quote",
    ),
    (
        Token::Constant,
        "constant, constant.character.escape, support.constant, variable.language, punctuation.definition.constant",
    ),
    (
        Token::Keyword,
        "keyword, storage, support.type.primitive, keyword.operator.word, markup.bold",
    ),
    (
        Token::Function,
        "entity.name.function, support.function, variable.function, entity.name.macro, support.macro, entity.name.command",
    ),
    (
        Token::Type,
        "entity.name.type, entity.name.class, entity.name.struct, entity.name.enum, entity.name.trait, entity.name.impl, entity.name.namespace, entity.name.tag, entity.name.section, entity.other.inherited-class, support.type, support.class, markup.heading",
    ),
    (
        Token::Name,
        "entity.other.attribute-name, variable.parameter, variable.annotation, meta.mapping.key string, support.type.property-name, entity.name.label, markup.underline.link",
    ),
    (Token::Added, "markup.inserted"),
    (Token::Removed, "markup.deleted"),
];

/// The tokens by their number in [`SELECTORS`], which travels as a colour's red; operators and
/// whatever else is not named stay without one.
static THEME: LazyLock<Theme> = LazyLock::new(|| {
    let item = |(number, (_, selectors)): (usize, &(Token, &str))| {
        let mark = Color {
            r: u8::try_from(number).unwrap_or(u8::MAX),
            g: 1,
            b: 0,
            a: 0,
        };
        ThemeItem {
            // A selector that is written wrongly selects nothing; a test reads them all.
            scope: selectors.parse::<ScopeSelectors>().unwrap_or_default(),
            style: StyleModifier {
                foreground: Some(mark),
                ..StyleModifier::default()
            },
        }
    };
    let plain = ThemeItem {
        scope: "keyword.operator, punctuation.accessor"
            .parse::<ScopeSelectors>()
            .unwrap_or_default(),
        style: StyleModifier {
            foreground: Some(Color::BLACK),
            ..StyleModifier::default()
        },
    };
    Theme {
        scopes: SELECTORS
            .iter()
            .enumerate()
            .map(item)
            .chain([plain])
            .collect(),
        ..Theme::default()
    }
});

/// The token that a colour of [`THEME`] stands for.
fn token(colour: Color) -> Option<Token> {
    (colour.g == 1)
        .then(|| SELECTORS.get(usize::from(colour.r)))?
        .map(|(token, _)| *token)
}

/// How many blocks are remembered, to be continued.
const REMEMBERED: usize = 8;
/// A line with more bytes than this is not highlighted: it is generated.
const LONGEST_LINE: usize = 2000;

/// Finds tokens, block after block.
pub struct Highlighter {
    syntaxes: SyntaxSet,
    /// The blocks that were highlighted last, the newest at the end.
    standing: VecDeque<Standing>,
}

/// Where the highlighter stands in a block.
struct Standing {
    language: String,
    /// The lines that were read, each with its line break.
    read: String,
    parse: ParseState,
    colours: HighlightState,
}

impl Highlighter {
    /// Loads the syntaxes, which takes some milliseconds.
    pub fn new() -> Self {
        Self {
            syntaxes: two_face::syntax::extra_newlines(),
            standing: VecDeque::new(),
        }
    }

    /// The tokens of the lines of `code` from the byte `from` on, which is the beginning of a
    /// line. Fast where the lines before were the last ones that were asked for; otherwise those
    /// are read again. `None` for a language that is not known.
    pub fn tokens(&mut self, language: &str, code: &str, from: usize) -> Option<CodeTokens> {
        let colours = Colours::new(&THEME);
        let mut standing = match self.take_standing(language, code) {
            Some(standing) => standing,
            None => Standing {
                language: language.to_owned(),
                read: String::new(),
                parse: ParseState::new(self.syntax(language)?),
                colours: HighlightState::new(&colours, ScopeStack::new()),
            },
        };
        let mut found = CodeTokens::new();
        let mut line_with_break = String::new();
        let mut at = standing.read.len();
        for line in code.get(at..).unwrap_or("").split_inclusive('\n') {
            line_with_break.clear();
            line_with_break.push_str(line);
            if !line.ends_with('\n') {
                line_with_break.push('\n');
            }
            let tokens = self.line(&mut standing, &colours, &line_with_break);
            if at >= from {
                found.push(tokens);
            }
            at += line.len();
            standing.read.push_str(line);
        }
        // A line without its end may go on: from there it cannot be continued.
        if code.ends_with('\n') || code.is_empty() {
            self.standing.push_back(standing);
            if self.standing.len() > REMEMBERED {
                self.standing.pop_front();
            }
        }
        Some(found)
    }

    /// The syntax for what stands after a fence: a name or a file's extension.
    fn syntax(&self, language: &str) -> Option<&SyntaxReference> {
        let word = language.split([',', ' ', '{', ':']).next()?;
        let word = word.trim_start_matches('.');
        if word.is_empty() {
            return None;
        }
        let known_as = match word.to_ascii_lowercase().as_str() {
            "jsonc" | "json5" | "ndjson" | "jsonl" => "json",
            "console" | "shell" | "terminal" | "sh-session" => "bash",
            "golang" => "go",
            "py3" | "python3" | "ipython" => "python",
            "c++" | "cc" => "cpp",
            "node" | "nodejs" => "javascript",
            _ => word,
        };
        self.syntaxes.find_syntax_by_token(known_as)
    }

    /// Where it stands in the longest beginning of `code` that was read, if any was.
    fn take_standing(&mut self, language: &str, code: &str) -> Option<Standing> {
        let continues =
            |standing: &Standing| standing.language == language && code.starts_with(&standing.read);
        let candidates = self.standing.iter().enumerate();
        let (best, _) = candidates
            .filter(|(_, standing)| continues(standing))
            .max_by_key(|(_, standing)| standing.read.len())?;
        self.standing.remove(best)
    }

    fn line(
        &self,
        standing: &mut Standing,
        colours: &Colours<'_>,
        line: &str,
    ) -> Vec<(Range<usize>, Token)> {
        if line.len() > LONGEST_LINE {
            return Vec::new();
        }
        // A syntax that fails at a line has nothing to say of it.
        let Ok(changes) = standing.parse.parse_line(line, &self.syntaxes) else {
            return Vec::new();
        };
        let mut tokens: Vec<(Range<usize>, Token)> = Vec::new();
        let mut at = 0;
        for (style, text) in HighlightIterator::new(&mut standing.colours, &changes, line, colours)
        {
            let range = at..at + text.trim_end_matches('\n').len();
            at += text.len();
            let Some(token) = token(style.foreground).filter(|_| !range.is_empty()) else {
                continue;
            };
            match tokens.last_mut() {
                Some((last, same)) if *same == token && last.end == range.start => {
                    last.end = range.end;
                }
                _ => tokens.push((range, token)),
            }
        }
        tokens
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(language: &str, code: &str) -> Vec<(String, Token)> {
        let tokens = Highlighter::new().tokens(language, code, 0).unwrap();
        let lines = code.lines().zip(tokens);
        lines
            .flat_map(|(line, tokens)| {
                let word = |(range, token): (Range<usize>, Token)| (line[range].to_owned(), token);
                tokens.into_iter().map(word).collect::<Vec<_>>()
            })
            .collect()
    }

    #[test]
    fn every_selector_is_understood() {
        for (token, selectors) in SELECTORS {
            let read: ScopeSelectors = selectors.parse().unwrap();
            let count = selectors.split(", ").count();
            assert_eq!(read.selectors.len(), count, "{token:?}");
        }
    }

    #[test]
    fn the_parts_of_code_are_told_apart() {
        let found = words("rust", "// why\nfn main() { let x = \"a\\n\"; f(1) }\n");
        let has = |text: &str, token| {
            assert!(
                found.contains(&(text.to_owned(), token)),
                "{text}: {found:?}"
            );
        };
        has("// why", Token::Comment);
        has("fn", Token::Keyword);
        has("main", Token::Function);
        has("\"a", Token::Text);
        has("\\n", Token::Constant);
        has("1", Token::Constant);
        let found = words("toml", "[a]\nb = 1\n");
        assert!(
            found.contains(&("1".to_owned(), Token::Constant)),
            "{found:?}"
        );
        let found = words("diff", "+new\n-old\n");
        assert_eq!(found[0].1, Token::Added);
        assert_eq!(found[found.len() - 1].1, Token::Removed);
    }

    #[test]
    fn languages_are_known_by_the_words_that_models_write() {
        let highlighter = Highlighter::new();
        for word in [
            "rust",
            "Rust",
            "rs",
            "python",
            "py",
            "typescript",
            "ts",
            "tsx",
            "javascript",
            "js",
            "json",
            "jsonc",
            "yaml",
            "toml",
            "bash",
            "sh",
            "shell",
            "console",
            "c",
            "cpp",
            "c++",
            "go",
            "golang",
            "java",
            "kotlin",
            "swift",
            "sql",
            "html",
            "css",
            "dockerfile",
            "diff",
            "make",
            "haskell",
            "lua",
            "ruby",
            "php",
            "perl",
            "r",
            "xml",
            "markdown",
            "rust,ignore",
        ] {
            assert!(highlighter.syntax(word).is_some(), "{word}");
        }
        assert!(highlighter.syntax("no-such-language").is_none());
        assert!(highlighter.syntax("").is_none());
    }

    #[test]
    fn a_block_that_grows_is_gone_on_with_and_ends_as_one_pass_would() {
        let code = "/* a\nb */ let x = 1;\nlet y = \"two\nlines\";\n";
        let whole = Highlighter::new().tokens("rust", code, 0).unwrap();
        let mut highlighter = Highlighter::new();
        let mut grown = CodeTokens::new();
        let mut known = 0;
        for end in code.match_indices('\n').map(|(at, _)| at + 1) {
            grown.extend(highlighter.tokens("rust", &code[..end], known).unwrap());
            known = end;
        }
        assert_eq!(grown, whole);
    }
}
