//! The guided tour: pages of prepared text, chosen by the words of the newest message. It takes the place of a model in
//! the embedded Space and says so. The text is `assets/tour.md`.

use super::past::{Attached, Past};
use super::wire::sha256;

/// Messages longer than this, in bytes, are taken for a paste: where the message box makes a chip of one.
const PASTE: usize = 4096;

/// The pages that the tour can show.
///
/// A page begins with a line `<!-- name: keyword, keyword -->`. A keyword is one word or several in a row. Pages without
/// keywords are reached by name only: `paste received`, `files received`, and `unknown`, which answers all else.
/// In a page, `{turns}`, `{system}`, `{files}`, `{length}` and `{digest}` are replaced by a sentence about the conversation.
#[derive(Clone, Debug)]
pub struct Tour {
    pages: Vec<Page>,
}

#[derive(Clone, Debug)]
struct Page {
    name: String,
    /// Each keyword as its words, in lower case.
    keywords: Vec<Vec<String>>,
    text: String,
}

impl Default for Tour {
    /// The tour of spacechat.
    fn default() -> Self {
        Self::parse(include_str!("../../assets/tour.md"))
    }
}

impl Tour {
    /// Reads pages from their text. What stands before the first page is ignored; with no page at all, every answer is empty.
    pub fn parse(source: &str) -> Self {
        let mut pages: Vec<Page> = Vec::new();
        for line in source.lines() {
            match (heading(line), pages.last_mut()) {
                (Some(page), _) => pages.push(page),
                (None, Some(page)) => {
                    page.text.push_str(line);
                    page.text.push('\n');
                }
                (None, None) => {}
            }
        }
        Self { pages }
    }

    /// The answer to the newest message of a conversation.
    pub(super) fn answer(&self, past: &Past) -> String {
        let Some(question) = past.question() else {
            return String::new();
        };
        let page = if !question.files.is_empty() {
            self.named("files received")
        } else if question.text.len() > PASTE {
            self.named("paste received")
        } else {
            self.matching(&question.text)
                .or_else(|| self.named("unknown"))
        };
        let text = page.map(|page| page.text.trim()).unwrap_or_default();
        let digest = || sha256(question.text.as_bytes());
        let blanks: [(&str, &dyn Fn() -> String); 5] = [
            ("{turns}", &|| turns(past)),
            ("{length}", &|| length(&question.text)),
            ("{digest}", &digest),
            ("{files}", &|| files(&question.files)),
            // Last, because what a user wrote must not be filled in.
            ("{system}", &|| system(past)),
        ];
        blanks.iter().fold(text.to_owned(), |text, (blank, value)| {
            // The text of a message may be megabytes; it is measured only where that is shown.
            if text.contains(blank) {
                text.replace(blank, &value())
            } else {
                text
            }
        })
    }

    fn named(&self, name: &str) -> Option<&Page> {
        self.pages.iter().find(|page| page.name == name)
    }

    /// The page whose keywords make up most of the message; the earlier page if two are equal.
    fn matching(&self, message: &str) -> Option<&Page> {
        let said = words(message);
        let mut best: Option<(&Page, usize)> = None;
        for page in &self.pages {
            let score = page.score(&said);
            if score > best.map_or(0, |(_, score)| score) {
                best = Some((page, score));
            }
        }
        best.map(|(page, _)| page)
    }
}

impl Page {
    /// How many words of the message belong to keywords; keywords of several words count double.
    fn score(&self, said: &[String]) -> usize {
        let found = |keyword: &&Vec<String>| {
            said.windows(keyword.len())
                .any(|window| window == keyword.as_slice())
        };
        self.keywords
            .iter()
            .filter(found)
            .map(|keyword| {
                if keyword.len() > 1 {
                    2 * keyword.len()
                } else {
                    1
                }
            })
            .sum()
    }
}

fn heading(line: &str) -> Option<Page> {
    let inside = line.strip_prefix("<!-- ")?.strip_suffix(" -->")?;
    let (name, list) = inside.split_once(": ").unwrap_or((inside, ""));
    let keywords = list
        .split(',')
        .map(words)
        .filter(|keyword| !keyword.is_empty())
        .collect();
    Some(Page {
        name: name.to_owned(),
        keywords,
        text: String::new(),
    })
}

fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

fn turns(past: &Past) -> String {
    match past.user_turns() {
        0 | 1 => "This is the first message of yours that I have.".to_owned(),
        count => {
            format!("I remember {count} messages of yours in this conversation, this one included.")
        }
    }
}

/// The start of the system message is enough to see that the right one arrived.
fn system(past: &Past) -> String {
    const SHOWN: usize = 200;
    match past
        .system
        .as_deref()
        .map(str::trim)
        .filter(|system| !system.is_empty())
    {
        None => "In this conversation there is no system message yet.".to_owned(),
        Some(system) => {
            let start: String = system.chars().take(SHOWN).collect();
            let more = if start.len() < system.len() {
                " …"
            } else {
                ""
            };
            let quoted: Vec<String> = start.lines().map(|line| format!("> {line}")).collect();
            format!(
                "The system message that I got for this conversation is:\n\n{}{more}",
                quoted.join("\n")
            )
        }
    }
}

fn files(files: &[Attached]) -> String {
    if files.is_empty() {
        return "No file came with this message.".to_owned();
    }
    let entry = |file: &Attached| match file.size {
        Some(size) => format!("- `{}`, {}\n", file.name, counted(size, "byte")),
        None => format!("- `{}`, which was never uploaded here\n", file.name),
    };
    let list: String = files.iter().map(entry).collect();
    format!(
        "With this message came {}:\n\n{}",
        counted(files.len(), "file"),
        list.trim_end()
    )
}

fn length(text: &str) -> String {
    let characters = counted(text.chars().count(), "character");
    format!(
        "{characters} in {} and {}",
        counted(text.lines().count(), "line"),
        counted(text.len(), "byte")
    )
}

/// `1 byte`, `4096 bytes`.
fn counted(count: usize, noun: &str) -> String {
    if count == 1 {
        format!("1 {noun}")
    } else {
        format!("{count} {noun}s")
    }
}

#[cfg(test)]
mod tests {
    use super::super::past::{Role, Turn};
    use super::*;

    fn answer(messages: &[&str]) -> String {
        let turns: Vec<Turn> = messages
            .iter()
            .map(|text| Turn::new(Role::User, text))
            .collect();
        Tour::default().answer(&Past::of(&turns))
    }

    #[test]
    fn each_question_finds_its_page() {
        let table = [
            ("hello", "# Welcome"),
            ("Which keys are there?", "## Keys"),
            ("What do the slash commands do?", "## Commands"),
            ("How does the system message work?", "## The system message"),
            ("How do I send a file?", "## Files"),
            ("What happens to a long paste?", "## Long pastes"),
            ("How do I search?", "## Searching"),
            ("How do I switch conversations?", "## Conversations"),
            ("Show me a markdown page", "# A page of Markdown"),
            ("show me some code", "## Code"),
            ("How many turns do you remember?", "## What I remember"),
            ("are you a language model?", "## What is answering"),
            ("how do I edit or retry", "## Doing something"),
            ("picking messages", "## Doing something"),
            ("How do I stop a reply?", "## Stopping"),
            ("can I change the theme", "## Settings"),
            ("你好", "# Welcome"),
            (
                "What is the capital of France?",
                "I am the built-in guide, not a language model",
            ),
            ("", "I am the built-in guide"),
        ];
        for (question, beginning) in table {
            let answer = answer(&[question]);
            assert!(answer.starts_with(beginning), "{question:?}: {answer}");
        }
    }

    #[test]
    fn a_written_down_past_is_recognised_and_counted() {
        let said = answer(&[
            "System: Be brief.\nUser: hi\nAssistant: yes\nUser: what do you remember?\nAssistant:",
        ]);
        assert!(said.contains("I remember 2 messages of yours"), "{said}");
        assert!(said.contains("> Be brief."), "{said}");
        let said = answer(&[
            "System: Be brief.\nUser: hi\nAssistant:",
            "a",
            "do you remember",
        ]);
        assert!(said.contains("I remember 3 messages of yours"), "{said}");
    }

    #[test]
    fn the_first_message_is_said_to_be_the_first() {
        let said = answer(&["how many turns do you remember?"]);
        assert!(
            said.contains("first message") && said.contains("no system message yet"),
            "{said}"
        );
    }

    #[test]
    fn a_long_message_is_counted_and_not_searched_for_words() {
        let said = answer(&[&"keys ".repeat(1000)]);
        assert!(
            said.contains("5000 characters in 1 line and 5000 bytes"),
            "{said}"
        );
        assert!(
            said.contains(&sha256("keys ".repeat(1000).as_bytes())),
            "{said}"
        );
    }

    #[test]
    fn files_are_named_with_their_sizes() {
        let mut turn = Turn::new(Role::User, "keys");
        turn.files = vec![
            Attached {
                name: "a.txt".into(),
                size: Some(1),
            },
            Attached {
                name: "b".into(),
                size: None,
            },
        ];
        let said = Tour::default().answer(&Past::of(&[turn]));
        assert!(
            said.contains("2 files")
                && said.contains("`a.txt`, 1 byte\n")
                && said.contains("`b`, which"),
            "{said}"
        );
    }

    #[test]
    fn the_sample_page_holds_all_kinds_of_blocks_and_no_answer_leaves_a_placeholder() {
        let page = answer(&["markdown"]);
        for part in [
            "## Lists",
            "| Script |",
            "```rust",
            "```python",
            "\n> ",
            "- [x]",
            "\n---",
        ] {
            assert!(page.contains(part), "{part}");
        }
        for page in Tour::default().pages {
            let said = answer(&[&page.name]);
            for placeholder in ["{turns}", "{system}", "{files}", "{length}", "{digest}"] {
                assert!(!said.contains(placeholder), "{}", page.name);
            }
        }
    }

    #[test]
    fn a_tour_without_pages_answers_nothing() {
        let past = Past::of(&[Turn::new(Role::User, "hello")]);
        assert_eq!(Tour::parse("no page").answer(&past), "");
    }
}
