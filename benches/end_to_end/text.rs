//! Markdown as models write it, of any length and always the same: headings, paragraphs with emphasis, code and links,
//! lists, fenced code, tables, quotes. Made of words that mean nothing.

const WORDS: [&str; 24] = [
    "the", "river", "carries", "small", "stones", "toward", "a", "harbour", "where", "ships",
    "wait", "for", "morning", "and", "nobody", "counts", "what", "water", "takes", "from", "hills",
    "in", "patient", "years",
];

/// Markdown of exactly `words` words: runs of characters between white space, so that marks such as `##` and `|` count.
pub fn markdown(words: usize) -> String {
    let mut text = String::new();
    let mut left = words;
    for number in 0.. {
        let block = block(number);
        let size = block.split_whitespace().count();
        if size > left {
            break;
        }
        left -= size;
        text.push_str(&block);
    }
    text.push_str(&sentence(0, left));
    text.trim_end().to_owned()
}

/// Markdown of at least `bytes` bytes, and at most a block more.
pub fn of_size(bytes: usize) -> String {
    let mut text = String::new();
    for number in 0.. {
        if text.len() >= bytes {
            break;
        }
        text.push_str(&block(number));
    }
    text.trim_end().to_owned()
}

fn word(at: usize) -> &'static str {
    // A step that shares no factor with the length of the list visits all of it in another order.
    WORDS[at * 7 % WORDS.len()]
}

fn sentence(from: usize, words: usize) -> String {
    let words: Vec<&str> = (from..from + words).map(word).collect();
    words.join(" ")
}

/// A block and the blank line behind it.
fn block(number: usize) -> String {
    let n = number;
    match number % 7 {
        0 => format!("## {} {number}\n\n", sentence(n, 4)),
        1 | 4 => format!(
            "{}, **{}** {}; `{}()` {} ([{}](https://example.org/{number})).\n\n",
            sentence(n, 14),
            sentence(n + 3, 2),
            sentence(n + 5, 12),
            word(n + 9),
            sentence(n + 1, 16),
            word(n),
        ),
        2 => (0..4)
            .map(|item| format!("- *{}*: {}\n", word(n + item), sentence(n + item, 9)))
            .chain(["\n".to_owned()])
            .collect(),
        3 => {
            let line = |at: usize| {
                let (name, call) = (word(n + at), word(n + at + 1));
                format!(
                    "    let {name} = {call}({at}, \"{}\")?;\n",
                    sentence(n + at, 2)
                )
            };
            let lines: String = (0..6).map(line).collect();
            format!(
                "```rust\nfn {}() -> Result<(), Error> {{\n{lines}    Ok(())\n}}\n```\n\n",
                word(n + 1)
            )
        }
        5 => {
            let row = |at: usize| {
                format!(
                    "| {} | {} | {} |\n",
                    word(n + at),
                    sentence(n + at, 3),
                    at * 17
                )
            };
            let rows: String = (0..4).map(row).collect();
            format!("| name | what | count |\n|---|---|--:|\n{rows}\n")
        }
        _ => format!("> {}\n> {}\n\n", sentence(n, 11), sentence(n + 2, 9)),
    }
}
