//! Markdown, from text that has passed the gate: a text that grows ends in the blocks of the whole text, every line of it is
//! in a block, and laid out at any width no line is too wide, no text is lost, and nothing comes back that the gate held.

use super::chance::{Chance, boundary, pieces};
use super::unseen::is_unseen;
use spacechat::testing::markdown::{
    Block, Growing, Inline, Kind, Numbering, Part, Styles, codes, lines, lines_of, parse, parts,
};
use spacechat::testing::sanitize;
use std::collections::HashMap;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// The widths at which a text is laid out, in columns: so narrow that most things do not fit, and wide enough for all.
const WIDTHS: [usize; 4] = [2, 9, 33, 200];

pub fn check(input: &[u8]) {
    let text = sanitize::text(&String::from_utf8_lossy(input)).text;
    let blocks = parse(&text);
    check_growing(&text, &blocks, &mut Chance::of(input));
    check_ranges(&text, &blocks);
    let mut expected = HashMap::new();
    count_blocks(&blocks, &mut expected);
    for width in WIDTHS {
        check_layout(&blocks, width, &expected);
    }
    for code in codes(&blocks) {
        assert!(!code.language.chars().any(is_unseen), "{:?}", code.language);
    }
}

fn check_growing(text: &str, blocks: &[Block], chance: &mut Chance) {
    let mut growing = Growing::new();
    for piece in pieces(text, &chance.cuts(text.len())) {
        growing.push(piece);
        growing.refresh();
        let so_far = [growing.settled(), growing.open()].concat();
        assert_eq!(so_far, parse(growing.source()));
    }
    // A rewritten text ends in the same blocks, whatever of it stayed.
    let kept = boundary(text, chance.below(text.len() + 1));
    growing.set(&format!("{}\n\nother", &text[..kept]));
    growing.refresh();
    growing.set(text);
    growing.refresh();
    assert_eq!([growing.settled(), growing.open()].concat(), blocks);
}

/// Every line that is not blank is in a block.
fn check_ranges(text: &str, blocks: &[Block]) {
    let mut at = 0;
    for block in blocks {
        if let Some(between) = text.get(at..block.range.start) {
            assert!(between.trim().is_empty(), "{between:?} is in no block");
        }
        at = at.max(block.range.end);
    }
    assert!(
        text[at..].trim().is_empty(),
        "{:?} is in no block",
        &text[at..]
    );
}

fn check_layout(blocks: &[Block], width: usize, expected: &HashMap<char, usize>) {
    let styles = Styles::default();
    let mut numbering = Numbering::from(1);
    let mut shown = HashMap::new();
    for block in blocks {
        let before = numbering;
        let whole = lines(block, width, &styles, &mut numbering);
        for line in &whole {
            let line: String = line.iter().map(|span| &*span.content).collect();
            let columns: usize = line.graphemes(true).map(UnicodeWidthStr::width).sum();
            assert!(columns <= width, "{columns} columns in {width}: {line:?}");
            assert!(!line.chars().any(is_unseen), "{line:?}");
            count(&line, &mut shown);
        }
        let of_part = |part| {
            let part = Part::Number(part);
            lines_of(block, part, width, &styles, &mut before.clone(), &|_, _| {
                None
            })
        };
        let in_parts: Vec<_> = (0..parts(block)).flat_map(of_part).collect();
        assert_eq!(in_parts, whole, "the parts below each other");
    }
    for (c, wanted) in expected {
        let drawn = shown.get(c).copied().unwrap_or(0);
        assert!(
            drawn >= *wanted,
            "{c:?} is drawn {drawn} times and not {wanted} at {width} columns"
        );
    }
}

/// Counts the letters and digits of a text. Others may be drawn in another way, or not at the end of a line.
fn count(text: &str, counts: &mut HashMap<char, usize>) {
    for c in text.chars().filter(|c| c.is_alphanumeric()) {
        *counts.entry(c).or_default() += 1;
    }
}

/// Counts those that must be drawn: what is wider than the narrowest window has is replaced there.
fn count_wanted(text: &str, counts: &mut HashMap<char, usize>) {
    let narrow = text
        .graphemes(true)
        .filter(|character| character.width() <= 2);
    narrow.for_each(|character| count(character, counts));
}

fn count_runs(runs: &[Inline], counts: &mut HashMap<char, usize>) {
    for run in runs {
        count_wanted(&run.text, counts);
    }
}

fn count_blocks(blocks: &[Block], counts: &mut HashMap<char, usize>) {
    for block in blocks {
        match &block.kind {
            Kind::Paragraph(runs) | Kind::Heading(_, runs) => count_runs(runs, counts),
            Kind::Code(code) => count_wanted(&code.text, counts),
            Kind::List(list) => {
                let items = list.items.iter();
                items.for_each(|item| count_blocks(&item.blocks, counts));
            }
            Kind::Quote(blocks) => count_blocks(blocks, counts),
            Kind::Footnote(label, blocks) => {
                count_wanted(label, counts);
                count_blocks(blocks, counts);
            }
            Kind::Rule => {}
            Kind::Table(table) => {
                let cells = table.header.iter().chain(table.rows.iter().flatten());
                cells.for_each(|cell| count_runs(cell, counts));
            }
            Kind::Verbatim(text) => count_wanted(text, counts),
        }
    }
}
