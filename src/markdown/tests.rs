use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::UnicodeWidthStr;

use super::block::Marks;
use super::*;

mod construct;

/// The blocks of a text, laid out and joined with empty lines, without styles.
fn show(source: &str, width: usize) -> String {
    let mut numbering = Numbering::from(1);
    let blocks: Vec<String> = parse(source)
        .iter()
        .map(|block| plain(block, width, &mut numbering).join("\n"))
        .collect();
    blocks.join("\n\n")
}

fn plain(block: &Block, width: usize, numbering: &mut Numbering) -> Vec<String> {
    lines(block, width, &Styles::default(), numbering)
        .iter()
        .map(|line| {
            line.spans
                .iter()
                .map(|span| span.content.as_ref())
                .collect()
        })
        .collect()
}

fn width_of(line: &str) -> usize {
    line.graphemes(true).map(UnicodeWidthStr::width).sum()
}

/// Pieces of Markdown that meet in many ways.
#[expect(clippy::too_many_lines, reason = "a plain list of fragments")]
fn soup() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "\n",
        "\n",
        "\n",
        "\n\n",
        " ",
        "  ",
        "    ",
        "- ",
        "* ",
        "+",
        "1",
        ".",
        "1. ",
        "2) ",
        "10. ",
        "> ",
        ">",
        "```",
        "```\n",
        "```rust\n",
        "~~~",
        "````",
        "`",
        "# ",
        "#",
        "## x\n",
        "---",
        "===",
        "\n---\n",
        "\n===\n",
        "a",
        "b c",
        "word word",
        "*",
        "**",
        "_",
        "~~",
        "|",
        "| a | b |\n",
        "|---|:-:|\n",
        "|---|---|\n",
        "| 1 |\n",
        "a | b\n",
        "-|-\n",
        "[",
        "]",
        "(",
        ")",
        "[x]",
        "[x]: /u",
        "[x]: /u\n",
        "[y]:\n",
        "/v\n",
        "\"t",
        "\"",
        "'",
        "[x][y]",
        "[^1]",
        "[^1]: ",
        "[^1]: note\n",
        "<div>",
        "</div>\n",
        "<!--",
        "-->",
        "<b>",
        "<pre>\n",
        "<br>",
        "$",
        "$$",
        "\\",
        "&amp;",
        "&#27;",
        "!",
        "![i](j)",
        "- [ ] ",
        "[x] ",
        "http://e.x",
        "<http://e.x>",
        "你好",
        "👩\u{200d}👧",
        "é",
    ]);
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

/// A text's pieces, each with whether to refresh after it.
fn cut(source: &str, cuts: &[(prop::sample::Index, bool)]) -> Vec<(String, bool)> {
    let mut at: Vec<(usize, bool)> = cuts
        .iter()
        .map(|(cut, refresh)| {
            (
                source.floor_char_boundary(cut.index(source.len() + 1)),
                *refresh,
            )
        })
        .collect();
    at.sort_unstable();
    at.push((source.len(), true));
    let mut start = 0;
    at.into_iter()
        .map(|(end, refresh)| {
            let piece = source[start..end].to_owned();
            start = end;
            (piece, refresh)
        })
        .collect()
}

fn all_blocks(growing: &Growing) -> Vec<Block> {
    [growing.settled(), growing.open()].concat()
}

#[test]
fn a_character_with_marks_without_end_is_cut_like_a_word() {
    let flood = format!("क{}", "\u{93f}".repeat(100));
    let rows = plain(&parse(&flood)[0], 20, &mut Numbering::from(1));
    assert!(rows.iter().all(|row| width_of(row) <= 20), "{rows:?}");
    assert_eq!(rows.concat(), flood);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn any_cutting_of_a_text_ends_in_the_same_blocks(
        source in soup(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), any::<bool>()), 0..12),
    ) {
        let mut growing = Growing::new();
        let mut settled: Vec<Block> = Vec::new();
        for (piece, refresh) in cut(&source, &cuts) {
            growing.push(&piece);
            if refresh {
                growing.refresh();
                prop_assert_eq!(all_blocks(&growing), parse(growing.source()));
                prop_assert_eq!(&growing.settled()[..settled.len()], settled.as_slice());
                settled = growing.settled().to_vec();
            }
        }
        prop_assert_eq!(growing.source(), source.as_str());
    }

    #[test]
    fn a_text_that_comes_character_by_character_ends_in_the_same_blocks(source in soup()) {
        let mut growing = Growing::new();
        for c in source.chars() {
            growing.push(c.encode_utf8(&mut [0; 4]));
            growing.refresh();
        }
        prop_assert_eq!(all_blocks(&growing), parse(&source));
    }

    #[test]
    fn a_rewritten_text_has_the_blocks_of_the_new_text(before in soup(), same in any::<prop::sample::Index>(), after in soup()) {
        let mut growing = Growing::new();
        growing.push(&before);
        growing.refresh();
        let kept = &before[..before.floor_char_boundary(same.index(before.len() + 1))];
        let after = format!("{kept}{after}");
        growing.set(&after);
        growing.refresh();
        prop_assert_eq!(all_blocks(&growing), parse(&after));
    }

    #[test]
    fn top_level_blocks_cover_all_lines_that_are_not_blank(source in soup()) {
        let mut rest = String::new();
        let mut at = 0;
        for block in parse(&source) {
            if block.range.start < at {
                continue;
            }
            rest.push_str(&source[at..block.range.start]);
            at = block.range.end;
        }
        rest.push_str(&source[at..]);
        prop_assert_eq!(rest.trim(), "");
    }

    #[test]
    fn no_line_is_wider_than_the_width(source in soup(), width in 2_usize..60) {
        for block in parse(&source) {
            for line in plain(&block, width, &mut Numbering::from(1)) {
                prop_assert!(width_of(&line) <= width, "{line:?}");
            }
        }
    }

    #[test]
    fn nothing_visible_is_lost_in_layout(text in "[a-z你好é👍 ]{0,60}", language in "[a-z]{0,12}", width in 1_usize..=120) {
        let visible = |text: &str| -> String { text.chars().filter(|c| !c.is_whitespace()).collect() };
        let paragraph = Block {
            range: 0..0,
            kind: Kind::Paragraph(vec![Inline { text: text.clone(), marks: Marks::NONE, link: None }]),
        };
        let code = Block { range: 0..0, kind: Kind::Code(Code { language, text: text.clone() }) };
        let shown = plain(&paragraph, width, &mut Numbering::from(1)).concat();
        let rows = plain(&code, width, &mut Numbering::from(1));
        let rows = if width >= 8 { &rows[1..rows.len() - 1] } else { &rows[..] };
        let shown_code: String = rows.concat().replace(['│', '↳'], "");
        if width > 1 {
            prop_assert_eq!(visible(&shown), visible(&text));
            prop_assert_eq!(visible(&shown_code), visible(&text));
        } else {
            prop_assert_eq!(visible(&shown).chars().count(), visible(&text).graphemes(true).count());
            prop_assert_eq!(visible(&shown_code).chars().count(), visible(&text).graphemes(true).count());
        }
    }

    #[test]
    fn plain_rows_are_in_order_and_leave_out_spaces_only(text in "[a-c你。 \n]{0,80}", width in 1_usize..20) {
        let rows = wrap_plain(&text, width);
        prop_assert!(!rows.is_empty());
        let mut at = 0;
        for row in rows {
            prop_assert!(text[at..row.start].trim().is_empty());
            prop_assert!(!text[row.clone()].contains('\n'));
            prop_assert!(width < 2 || width_of(&text[row.clone()]) <= width);
            at = row.end;
        }
        prop_assert!(text[at..].trim().is_empty());
    }
}
