use super::super::highlight::Token;
use super::*;
use insta::assert_snapshot;
use ratatui::style::Style;
use std::sync::Arc;

#[test]
fn text_is_wrapped_at_words_and_keeps_its_marks() {
    assert_snapshot!(show("One *two* **three** ~~four~~ `five six`\nseven  \neight", 14), @r#"
    One two three
    four five six
    seven
    eight
    "#);
    let Kind::Paragraph(text) = &parse("a **b *c***")[0].kind else {
        panic!("a paragraph")
    };
    let marks: Vec<_> = text
        .iter()
        .map(|run| (run.text.as_str(), run.marks))
        .collect();
    assert_eq!(
        marks,
        [
            ("a ", Marks::NONE),
            ("b ", Marks::STRONG),
            ("c", Marks::STRONG | Marks::EMPHASIS)
        ]
    );
}

#[test]
fn headings_keep_their_number_signs_and_rules_fill_the_width() {
    assert_snapshot!(show("# One\nTwo\n---\n***\n", 10), @r#"
    # One

    ## Two

    ──────────
    "#);
}

#[test]
fn lists_hang_and_nest_and_number() {
    let source =
        "9. nine nine nine\n10. ten\n    - in *a* list\n      more\n    - [x] done\n    - [ ] open";
    assert_snapshot!(show(source, 14), @r#"
     9. nine nine
        nine
    10. ten
        • in a
          list
          more
        • [x] done
        • [ ] open
    "#);
}

#[test]
fn a_loose_list_has_empty_rows_between_its_items() {
    assert_snapshot!(show("- a\n\n  b\n- c", 20), @r#"
    • a

      b

    • c
    "#);
}

#[test]
fn quotes_have_a_bar_on_every_row() {
    assert_snapshot!(show("> one two three four\n>\n> > five", 12), @r#"
    ▎ one two
    ▎ three four
    ▎ 
    ▎ ▎ five
    "#);
}

#[test]
fn code_has_a_frame_with_its_language_and_number_and_long_lines_go_on() {
    assert_snapshot!(show("```rust,ignore x\nfn main() { println!(\"long\"); }\n\n  x\n```", 26), @r#"
    ┌ rust,ignore ─ [1] copy ┐
    │ fn main() { println!("lo
    │↳ng"); }
    │ 
    │   x
    └────────────────────────┘
    "#);
    assert_snapshot!(show("    indented\n\n      code", 20), @r#"
    ┌──────── [1] copy ┐
    │ indented
    │ 
    │   code
    └──────────────────┘
    "#);
    assert_snapshot!(show("```python\nabcdefgh\n```", 6), @r#"
    abcdef
    gh
    "#);
}

#[test]
fn tables_are_fitted_to_the_width_or_become_cards() {
    let table = "| Name | Meaning | N |\n|:--|:-:|--:|\n| alpha | the first letter | 1 |\n| beta | `b` | 22 |";
    assert_snapshot!(show(table, 60), @r#"
    ┌───────┬──────────────────┬────┐
    │ Name  │     Meaning      │  N │
    ├───────┼──────────────────┼────┤
    │ alpha │ the first letter │  1 │
    │ beta  │        b         │ 22 │
    └───────┴──────────────────┴────┘
    "#);
    assert_snapshot!(show(table, 26), @r#"
    ┌───────┬───────────┬────┐
    │ Name  │  Meaning  │  N │
    ├───────┼───────────┼────┤
    │ alpha │ the first │  1 │
    │       │  letter   │    │
    │ beta  │     b     │ 22 │
    └───────┴───────────┴────┘
    "#);
    assert_snapshot!(show(table, 16), @r#"
    ────────────────
    Name: alpha
    Meaning:
      the first
      letter
    N: 1
    ────────────────
    Name: beta
    Meaning: b
    N: 22
    ────────────────
    "#);
}

#[test]
fn a_link_shows_its_target_when_its_text_does_not() {
    assert_snapshot!(show("[text](http://a.b) <http://c.d> <me@e.f> ![alt](g.png) [](h)", 80), @"text (http://a.b) http://c.d me@e.f [image] alt (g.png) (h)");
}

#[test]
fn a_definition_serves_the_links_behind_it_and_is_shown() {
    assert_snapshot!(show("[early][x]\n\n[x]: http://a.b\n\n[late][X] and [x]\n", 60), @r#"
    [early][x]

    [x]: http://a.b

    late (http://a.b) and x (http://a.b)
    "#);
}

#[test]
fn footnotes_html_and_formulas_are_shown_as_text() {
    assert_snapshot!(show("A[^1] <b>bold</b><br>next $a_b$ and $$c * d * e$$\n\n[^1]: the note\n\n<div>\n  x\n</div>", 60), @r#"
    A[^1] <b>bold</b>
    next $a_b$ and c * d * e

    [^1]: the note

    <div>
      x
    </div>
    "#);
}

#[test]
fn formulas_read_as_text_in_both_ways_of_writing_them() {
    let text = r"So \(x_1^2 \leq \alpha\), \(n\) and $O(n \log n)$:

\[
E = mc^2
\]

but \[a link\](no), \(in words here\), \\(x\\), $5 and $6, \(never closed.";
    assert_snapshot!(show(text, 70), @r"
    So x₁² ≤ α, n and O(n log n):

    E = mc²

    but [a link](no), (in words here), \(x\), $5 and $6, (never closed.
    ");
}

#[test]
fn decoded_character_references_pass_the_gate() {
    let shown = show(
        "a&#27;[31mb &#x202e;c &lt; [l](&#27;x)\n\n``` &#27;rust\nx\n```",
        60,
    );
    assert!(!shown.contains(['\u{1b}', '\u{202e}']), "{shown:?}");
    assert!(shown.contains("‹U+202E›c <"), "{shown:?}");
    let flood = show(&format!("a{}", "&#x301;".repeat(50)), 60);
    assert_eq!(flood.chars().count(), 2);
}

#[test]
fn a_thousand_levels_of_nesting_are_flattened_and_keep_their_text() {
    for marker in ["> ", "- ", "1. "] {
        let source = marker.repeat(1000) + "deep";
        let shown = show(&source, 80);
        assert!(shown.contains("deep"), "{marker}");
        assert!(
            show(&source, 1).replace('\n', "").contains("deep"),
            "{marker}"
        );
    }
    let items: Vec<String> = (0..1000)
        .map(|level| format!("{}- {level}", "  ".repeat(level)))
        .collect();
    let items = items.join("\n");
    assert!(show(&items, 80).contains("999"));
    assert!(show(&("*a **b ".repeat(2000)), 80).contains("*a **b"));
    assert!(show(&("[".repeat(5000) + "x"), 80).contains('x'));
}

#[test]
fn an_unfinished_last_line_settles_nothing() {
    let mut growing = Growing::new();
    growing.push("1. a\n\n2");
    growing.refresh();
    assert_eq!((growing.settled().len(), growing.open().len()), (0, 2));
    growing.push(". b\n\nend\n");
    growing.refresh();
    assert_eq!((growing.settled().len(), growing.open().len()), (1, 1));
    growing.push("\n# next\n");
    growing.refresh();
    assert_eq!((growing.settled().len(), growing.open().len()), (2, 1));
}

#[test]
fn a_closed_fence_is_settled_at_once_and_an_open_one_grows() {
    let mut growing = Growing::new();
    for piece in ["```ru", "st\nfn", " main\n", "\n  x\n``"] {
        growing.push(piece);
        growing.refresh();
    }
    assert_eq!(codes(growing.open())[0].text, "fn main\n\n  x\n``");
    growing.push("`\n");
    growing.refresh();
    assert_eq!(codes(growing.settled())[0].text, "fn main\n\n  x");
    assert!(growing.open().is_empty());
}

#[test]
fn a_rewritten_text_keeps_the_settled_blocks_before_the_change() {
    let mut growing = Growing::new();
    growing.push("one\n\ntwo\n\nthree\n\nfour");
    growing.refresh();
    assert_eq!(growing.settled().len(), 2);
    growing.set("one\n\ntwo\n\nTHREE");
    assert_eq!(growing.settled().len(), 1);
    growing.refresh();
    assert_eq!(all_blocks(&growing), parse("one\n\ntwo\n\nTHREE"));
}

#[test]
fn a_block_knows_its_source() {
    let source = "\n\n# a\n\n- b\n  - c\n\n    code\n\n```x\ny\n```\n\n";
    let parts: Vec<&str> = parse(source)
        .iter()
        .map(|block| &source[block.range.clone()])
        .collect();
    assert_eq!(parts, ["# a", "- b\n  - c\n\n    code", "```x\ny\n```"]);
}

#[test]
fn code_blocks_are_found_in_the_order_of_their_numbers() {
    let blocks = parse("```\na\n```\n- x\n  ```\n  b\n  ```\n> ```\n> c\n> ```\n");
    let found: Vec<&str> = codes(&blocks)
        .iter()
        .map(|code| code.text.as_str())
        .collect();
    assert_eq!(found, ["a", "b", "c"]);
}

#[test]
fn plain_text_keeps_its_lines_and_its_indentation() {
    let text = "  two words\n\nlongerthanaline\nab cd   ef 你好，吗";
    let rows: Vec<&str> = wrap_plain(text, 6)
        .into_iter()
        .map(|row| &text[row])
        .collect();
    assert_eq!(
        rows,
        [
            "  two",
            "words",
            "",
            "longer",
            "thanal",
            "ine",
            "ab cd",
            "ef 你",
            "好，吗"
        ]
    );
}

#[test]
fn a_row_may_end_on_either_side_of_a_wide_character() {
    assert_eq!(show("你好world", 7), "你好\nworld");
    assert_eq!(show("ab你好", 5), "ab你\n好");
    assert_eq!(show("ab你好, c", 6), "ab你\n好, c");
}

#[test]
fn a_character_wider_than_the_line_is_replaced() {
    assert_eq!(show("你a", 1), "?\na");
    assert_eq!(show("你a", 0), "?\na");
}

#[test]
fn code_takes_the_styles_that_are_known_for_it_and_loses_nothing() {
    let block = &parse("```rust\nlet 你 = 1;\nx\n```")[0];
    let mut styles = Styles::default();
    styles.syntax.keyword = Style::new().red();
    let word = Token::Keyword;
    for known in [
        vec![(0..3, word)],
        vec![(0..5, word), (2..3, word), (90..99, word)],
    ] {
        let known = Arc::new(vec![known]);
        let tokens = |number: usize, _: &Code| (number == 1).then(|| Arc::clone(&known));
        for width in [4, 12, 40] {
            let mut numbering = Numbering::from(1);
            let lines = lines_of(block, Part::Whole, width, &styles, &mut numbering, &tokens);
            let bare = plain(block, width, &mut Numbering::from(1));
            let text: Vec<String> = lines.iter().map(ToString::to_string).collect();
            assert_eq!(text, bare);
            let mut spans = lines.iter().flat_map(|line| &line.spans);
            assert!(spans.any(|span| span.style == styles.syntax.keyword));
        }
    }
}

#[test]
fn the_parts_of_a_code_block_are_the_whole() {
    for count in [1, 63, 64, 65, 128, 200] {
        let code: Vec<String> = (0..count).map(|line| format!("line {line}")).collect();
        let block = &parse(&format!("```\n{}\n```", code.join("\n")))[0];
        for width in [5, 9, 40] {
            let styles = Styles::default();
            let part = |number| {
                let part = Part::Number(number);
                let mut numbering = Numbering::from(1);
                lines_of(block, part, width, &styles, &mut numbering, &|_, _| None)
            };
            let all: Vec<_> = (0..parts(block)).flat_map(part).collect();
            let whole = lines(block, width, &styles, &mut Numbering::from(1));
            assert_eq!(all, whole, "{count} lines, {width} columns");
        }
    }
}

#[test]
fn where_the_terminal_follows_links_their_addresses_are_not_shown() {
    let styles = Styles {
        links: Some(Links::default()),
        ..Styles::default()
    };
    let shown = |source: &str| {
        let blocks = parse(source);
        let rows = blocks
            .iter()
            .flat_map(|block| lines(block, 60, &styles, &mut Numbering::none()));
        let rows: Vec<String> = rows.map(|line| line.to_string()).collect();
        rows.join("\n")
    };
    assert_eq!(shown("see [here](https://a.example) and"), "see here and");
    assert_eq!(shown("[local](file:///x)"), "local (file:///x)");
    // What looks like an address and leads elsewhere says where.
    assert_eq!(
        shown("[https://good.example](https://other.example)"),
        "https://good.example (https://other.example)"
    );
    assert_eq!(
        shown("| a |\n|---|\n| [x](https://a.example) |"),
        "┌───┐\n│ a │\n├───┤\n│ x │\n└───┘"
    );
    let block = &parse("[here](https://a.example)")[0];
    let line = &lines(block, 60, &styles, &mut Numbering::none())[0];
    let colour = line.spans[0].style.underline_color.unwrap();
    let address = styles.links.unwrap().address(colour).unwrap();
    assert_eq!(&*address, "https://a.example/");
}

#[test]
fn text_takes_the_styles_of_its_marks() {
    let styles = Styles {
        strong: Style::new().bold(),
        link: Style::new().underlined(),
        dim: Style::new().dim(),
        ..Styles::default()
    };
    let block = &parse("a **b** [c](d)")[0];
    let line = &lines(block, 40, &styles, &mut Numbering::none())[0];
    let spans: Vec<_> = line
        .spans
        .iter()
        .map(|span| (span.content.as_ref(), span.style))
        .collect();
    let none = Style::default();
    assert_eq!(
        spans,
        [
            ("a ", none),
            ("b", styles.strong),
            (" ", none),
            ("c", styles.link),
            (" (d)", styles.dim)
        ]
    );
}
