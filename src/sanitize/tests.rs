use proptest::prelude::*;

use super::*;

fn shown(original: &str) -> String {
    text(original).text
}

#[test]
fn clean_text_passes_unchanged_with_an_empty_map() {
    let original = "Hello, world!\n  Grüße, 你好, наука, 👍🏽 \u{e000}";
    let result = text(original);
    assert_eq!(result.text, original);
    assert_eq!((result.hidden, result.removed), (0, 0));
    assert_eq!(result.map, SourceMap::default());
}

#[test]
fn whole_escape_sequences_go() {
    for (original, expected) in [
        ("a\x1b[31mb\x1b[0m", "ab"),
        ("a\x1b[?1049hb", "ab"),
        ("a\x1b]0;title\x07b", "ab"),
        ("a\x1b]52;c;aGk=\x1b\\b", "ab"),
        ("a\x1bPq#0\x1b\\b", "ab"),
        ("a\x1b_Gf=24\x1b\\b", "ab"),
        ("a\x1b^x\x1b\\b\x1bXy\x1b\\c", "abc"),
        ("a\x1bcb", "ab"),
        ("a\x1b(Bb", "ab"),
        ("a\u{9b}31mb", "ab"),
        ("a\u{9d}0;t\u{9c}b", "ab"),
        ("a\u{90}x\u{9c}b\u{84}c", "abc"),
        ("a\x1b]0;t\x1b[31mb", "ab"),
        ("a\x1b\x1b[31mb", "ab"),
        ("a\x1b", "a"),
    ] {
        assert_eq!(shown(original), expected, "{original:?}");
    }
    assert_eq!(text("\x1b[1mx\x1b[0m").removed, 2);
}

#[test]
fn a_sequence_that_never_ends_is_shown_as_text() {
    assert_eq!(shown("a\x1b]0;title"), "a0;title");
    assert_eq!(shown("a\x1b]0;title\nmore"), "a0;title\nmore");
    assert_eq!(shown("a\x1b[12"), "a12");
    assert_eq!(shown("a\x1b[12é"), "a12é");
    let long = "x".repeat(5000);
    assert_eq!(shown(&format!("\x1b]{long}\x07y")), format!("{long}␇y"));
}

#[test]
fn an_unfinished_string_that_ends_in_escape_loses_the_escape_only() {
    assert_eq!(shown("a\x1b]0;t\x1b"), "a0;t");
}

#[test]
fn control_characters_become_pictures() {
    let result = text("a\0b\x08c\x7fd");
    assert_eq!(result.text, "a␀b␈c␡d");
    assert_eq!(result.removed, 3);
}

#[test]
fn every_line_break_becomes_a_line_feed() {
    assert_eq!(
        shown("a\r\nb\rc\r\r\nd\u{85}e\u{2028}f\u{2029}g\x0bh\x0ci"),
        "a\nb\nc\n\nd\ne\nf\ng\nh\ni"
    );
}

#[test]
fn tabs_become_spaces_up_to_the_next_stop() {
    assert_eq!(
        shown("\tx\nab\tc\n你\td\nabcd\te"),
        "    x\nab  c\n你  d\nabcd    e"
    );
}

#[test]
fn invisible_and_direction_characters_become_counted_marks() {
    let result = text("a\u{202e}b\u{200b}c\u{e0041}d\u{feff}e\u{ad}f\u{3164}g");
    assert_eq!(
        result.text,
        "a‹U+202E›b‹U+200B›c‹U+E0041›d‹U+FEFF›e‹U+00AD›f‹U+3164›g"
    );
    assert_eq!(result.hidden, 6);
}

#[test]
fn a_byte_order_mark_at_the_beginning_is_dropped_silently() {
    let result = text("\u{feff}a");
    assert_eq!((result.text.as_str(), result.hidden), ("a", 0));
}

#[test]
fn joiners_and_selectors_stay_where_they_belong() {
    for original in [
        "👩\u{200d}👩\u{200d}👧",
        "❤\u{fe0f}\u{200d}🔥",
        "🏳\u{fe0f}\u{200d}🌈",
        "می\u{200c}خواهم",
        "क्\u{200d}ष",
        "അവന്\u{200d}",
        "1\u{fe0f}\u{20e3}",
        "葛\u{e0100}",
    ] {
        assert_eq!(text(original).hidden, 0, "{original:?}");
        assert_eq!(shown(original), original);
    }
}

#[test]
fn joiners_and_selectors_elsewhere_are_marked() {
    assert_eq!(shown("a\u{200d}b"), "a‹U+200D›b");
    assert_eq!(shown("👩\u{200d}\u{200d}👧"), "👩‹U+200D›‹U+200D›👧");
    assert_eq!(shown("👩\u{200d}"), "👩‹U+200D›");
    assert_eq!(shown("a\u{fe0f}"), "a‹U+FE0F›");
    assert_eq!(shown("葛\u{e0100}\u{e0101}"), "葛\u{e0100}‹U+E0101›");
}

#[test]
fn a_flood_of_combining_marks_is_cut() {
    let result = text(&format!("a{}b\u{301}", "\u{301}".repeat(100)));
    assert_eq!(result.text, format!("a{}b\u{301}", "\u{301}".repeat(8)));
    assert_eq!(result.removed, 92);
}

#[test]
fn nothing_between_combining_marks_lets_a_flood_through() {
    // Eight of them, joiners counted; what hides behind those is a mark to see, and a base of its own.
    for (piece, kept) in [
        ("\u{941}".repeat(8) + "\u{200d}", 1),
        ("\u{941}\u{200d}".to_owned(), 4),
    ] {
        let shown = shown(&format!("क{}", piece.repeat(10)));
        let expected = format!("क{}‹U+200D›", piece.repeat(kept));
        assert!(shown.starts_with(&expected), "{shown:?}");
    }
    let piece = "\u{301}".repeat(8) + "\u{84}";
    assert_eq!(
        shown(&format!("a{}", piece.repeat(3))),
        format!("a{}", "\u{301}".repeat(8))
    );
    let result = text(&format!("❤{}", "\u{20dd}\u{fe0f}".repeat(10)));
    assert_eq!(result.text, format!("❤{}", "\u{20dd}‹U+FE0F›".repeat(10)));
}

#[test]
fn a_line_has_no_line_break() {
    assert_eq!(line("a\r\nb\x1b[31m\tc"), "a b   c");
}

#[test]
fn the_map_leads_back_to_the_source() {
    let original = "ab\x1b[31mcd\u{202e}e\tf\r\ng";
    let result = text(original);
    for letter in ["a", "b", "c", "d", "e", "f", "g"] {
        let at = result.text.find(letter).expect("every letter is shown");
        // The U of the mark is upper case, so each letter stands once.
        assert_eq!(
            Some(result.source_offset(at)),
            original.rfind(letter).filter(|_| true)
        );
    }
    let whole = result.map.range(0..result.text.len());
    assert_eq!(&original[whole], original);
    let inside = result.text.find("202E").expect("the mark is shown");
    assert_eq!(&original[result.map.range(inside..inside + 1)], "\u{202e}");
}

/// Characters that the gate treats in different ways, so that sequences form often.
fn soup() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "\x1b", "[", "]", "P", "\\", "\x07", "m", "3", ";", "\u{9b}", "\u{9d}", "\u{9c}", "\r",
        "\n", "\t", "a", "é", "你", "\u{301}", "\u{200d}", "\u{200c}", "👩", "\u{fe0f}",
        "\u{202e}", "\u{feff}", "क", "م", "\0", "\u{18}", " ", "(", "\u{85}",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_cutting_gives_the_same_output_and_counts(
        original in prop_oneof![soup(), any::<String>()],
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
    ) {
        let whole = text(&original);
        let mut cuts: Vec<usize> = cuts
            .iter()
            .map(|cut| original.floor_char_boundary(cut.index(original.len() + 1)))
            .chain([0, original.len()])
            .collect();
        cuts.sort_unstable();
        let mut gate = Gate::new();
        let mut out = String::new();
        for pair in cuts.windows(2) {
            gate.push(&original[pair[0]..pair[1]], &mut out);
        }
        gate.finish(&mut out);
        prop_assert_eq!(&out, &whole.text);
        prop_assert_eq!(gate.hidden(), whole.hidden);
        prop_assert_eq!(gate.removed(), whole.removed);
        prop_assert_eq!(gate.map(), &whole.map);
    }

    #[test]
    fn what_is_shown_holds_no_control_character_and_is_shown_again_unchanged(original in soup()) {
        let once = text(&original);
        prop_assert!(once.text.chars().all(|c| c == '\n' || !c.is_control()));
        prop_assert_eq!(&shown(&once.text), &once.text);
    }

    #[test]
    fn hidden_characters_are_counted_alone_as_they_are_with_the_text(
        original in prop_oneof![soup(), any::<String>()],
    ) {
        let whole = text(&original);
        prop_assert_eq!(count_hidden(&original), whole.hidden + whole.removed);
    }

    #[test]
    fn the_map_is_ascending_and_lands_on_character_boundaries(original in soup()) {
        let result = text(&original);
        let mut last = 0;
        for (at, _) in result.text.char_indices() {
            let source = result.source_offset(at);
            prop_assert!(original.is_char_boundary(source));
            prop_assert!(source >= last);
            last = source;
            let range = result.map.range(at..result.text.len());
            prop_assert!(original.is_char_boundary(range.start) && original.is_char_boundary(range.end));
        }
        prop_assert_eq!(result.map.range(0..result.text.len()), 0..original.len());
    }
}

#[test]
fn a_clean_copy_holds_what_is_seen_and_nothing_else() {
    let hostile = "fn\tmain\u{202e}()\u{200b} {\u{1b}[31m}\u{0}\r\n\u{1b}]52;c;x\u{7} 👩\u{200d}🚀";
    assert_eq!(without_hidden(hostile), "fn\tmain() {}\n 👩\u{200d}🚀");
}

#[test]
fn what_counts_as_common_is_plain() {
    let common = (char::MIN..=char::MAX).filter(|c| class::is_common(*c));
    let strange: Vec<char> = common
        .filter(|c| !matches!(class::of(*c), Class::Plain(_)))
        .collect();
    assert_eq!(strange, ['\0'; 0]);
}
