use super::*;
use proptest::prelude::*;

fn shown(editor: &Editor, width: usize) -> Vec<String> {
    let rows = editor.rows(width);
    rows.iter()
        .map(|row| editor.lines()[row.line][row.range.clone()].to_owned())
        .collect()
}

fn caret(editor: &Editor, width: usize) -> (usize, usize) {
    editor.caret(&editor.rows(width))
}

#[test]
fn words_are_kept_whole_where_they_fit_and_cut_where_not() {
    let editor = Editor::new("one two three\n\nabcdefghij");
    assert_eq!(
        shown(&editor, 8),
        ["one two ", "three", "", "abcdefgh", "ij"]
    );
}

#[test]
fn the_caret_stands_behind_wide_characters_and_emoji_sequences() {
    let editor = Editor::new("完了👩\u{200d}👩\u{200d}👧x");
    assert_eq!(caret(&editor, 40), (0, 7));
    let editor = Editor::new("完了完了");
    assert_eq!(shown(&editor, 5), ["完了", "完了"]);
    assert_eq!(caret(&editor, 5), (1, 4));
}

#[test]
fn the_caret_stands_behind_the_marks_of_what_does_not_show() {
    for text in [
        "a\u{202e}b",
        "\u{200b}\u{200b}",
        "\u{1b}[31mred",
        "x\ty",
        "\r",
        "\u{ad}-\u{7}",
        "\u{feff}\u{90}",
    ] {
        let editor = Editor::new(text);
        let shown = super::shown(text);
        assert!(shown.width() >= text.graphemes(true).count(), "{shown:?}");
        assert!(!shown.contains(char::is_control), "{shown:?}");
        assert_eq!(caret(&editor, 99), (0, shown.width()), "{shown:?}");
    }
    assert_eq!(super::shown("a\u{202e}b"), "a‹U+202E›b");
    assert_eq!(super::shown("\u{1b}[31m"), "␛[31m");
}

#[test]
fn deleting_takes_a_whole_grapheme() {
    let mut editor = Editor::new("a👩\u{200d}👩\u{200d}👧e\u{301}");
    assert!(editor.edit(Edit::DeleteLeft));
    assert_eq!(editor.text(), "a👩\u{200d}👩\u{200d}👧");
    assert!(editor.edit(Edit::DeleteLeft));
    assert_eq!(editor.text(), "a");
    editor.edit(Edit::LineStart);
    assert!(editor.edit(Edit::DeleteRight));
    assert!(!editor.edit(Edit::DeleteRight));
    assert!(!editor.edit(Edit::DeleteLeft));
}

#[test]
fn deleting_at_the_beginning_of_a_line_joins_it_to_the_one_before() {
    let mut editor = Editor::new("a\nb");
    editor.edit(Edit::LineStart);
    assert!(editor.edit(Edit::DeleteLeft));
    assert_eq!(editor.text(), "ab");
    assert!(editor.edit(Edit::Undo));
    assert_eq!(editor.text(), "a\nb");
    assert!(editor.edit(Edit::Redo));
    assert_eq!(editor.text(), "ab");
}

#[test]
fn up_and_down_go_by_the_rows_that_are_seen_and_stop_at_the_edges() {
    let mut editor = Editor::new("one two three four");
    editor.set_width(8);
    assert_eq!(shown(&editor, 8), ["one two ", "three ", "four"]);
    assert_eq!(caret(&editor, 8), (2, 4));
    assert!(editor.edit(Edit::Up));
    assert_eq!(caret(&editor, 8), (1, 4));
    assert!(editor.edit(Edit::Up));
    assert_eq!(caret(&editor, 8), (0, 4));
    assert!(!editor.edit(Edit::Up));
    editor.edit(Edit::Down);
    editor.edit(Edit::Down);
    assert!(!editor.edit(Edit::Down));
    assert_eq!(caret(&editor, 8), (2, 4));
}

#[test]
fn a_paste_is_one_step_to_undo() {
    let mut editor = Editor::new("a");
    typed(&mut editor, "-");
    editor.insert("b\nc\nd");
    assert_eq!(editor.lines(), ["a-b", "c", "d"]);
    typed(&mut editor, "e");
    assert_eq!(undone(&mut editor), ["a-b\nc\nd", "a-", "a"]);
}

fn typed(editor: &mut Editor, text: &str) {
    for c in text.chars() {
        editor.insert(c.encode_utf8(&mut [0; 4]));
    }
}

/// The texts from one undo to the next, until there is nothing to undo.
fn undone(editor: &mut Editor) -> Vec<String> {
    std::iter::from_fn(|| editor.edit(Edit::Undo).then(|| editor.text())).collect()
}

#[test]
fn typing_is_undone_by_words() {
    let mut editor = Editor::default();
    typed(&mut editor, "hello  all\nof you");
    let texts = undone(&mut editor);
    assert_eq!(texts, ["hello  all\nof ", "hello  all\n", "hello  ", ""]);
    assert!(editor.edit(Edit::Redo));
    assert!(editor.edit(Edit::Redo));
    assert_eq!(editor.text(), "hello  all\n");
    assert_eq!(caret(&editor, 40), (1, 0));
    typed(&mut editor, "x");
    assert!(!editor.edit(Edit::Redo));
}

#[test]
fn a_pause_or_another_place_begins_what_is_undone_next() {
    let mut editor = Editor::default();
    typed(&mut editor, "un");
    editor.set_time(Duration::from_millis(999));
    typed(&mut editor, "do");
    editor.set_time(Duration::from_secs(5));
    typed(&mut editor, "ne");
    editor.edit(Edit::LineStart);
    editor.edit(Edit::LineEnd);
    typed(&mut editor, "ss");
    assert_eq!(undone(&mut editor), ["undone", "undo", ""]);
}

#[test]
fn letters_that_are_deleted_one_by_one_come_back_by_words() {
    let mut editor = Editor::new("one two");
    for _ in 0..5 {
        editor.edit(Edit::DeleteLeft);
    }
    assert_eq!(undone(&mut editor), ["one", "one two"]);
    editor.edit(Edit::LineStart);
    for _ in 0..5 {
        editor.edit(Edit::DeleteRight);
    }
    assert_eq!(undone(&mut editor), ["two", "one two"]);
    assert_eq!(caret(&editor, 40), (0, 0));
}

#[test]
fn what_completes_a_word_is_one_step_to_undo_with_what_it_replaced() {
    let mut editor = Editor::new("see sr");
    editor.edit(Edit::KillToStart);
    editor.edit(Edit::Yank);
    editor.replace_before_caret(2, "src/main.rs");
    assert_eq!(editor.text(), "see src/main.rs");
    assert_eq!(undone(&mut editor), ["see sr", "", "see sr"]);
    assert!(editor.edit(Edit::Yank));
    assert_eq!(editor.text(), "see srsee sr");
}

#[test]
fn ten_thousand_groups_can_be_undone() {
    let mut editor = Editor::new("x");
    for _ in 0..5_000 {
        typed(&mut editor, "letter");
        for _ in 0..6 {
            editor.edit(Edit::DeleteLeft);
        }
    }
    assert_eq!(undone(&mut editor).len(), 10_000);
}

#[test]
fn what_was_killed_can_be_yanked() {
    let mut editor = Editor::new("one two");
    assert!(editor.edit(Edit::DeleteWordLeft));
    assert_eq!(editor.text(), "one ");
    assert!(editor.edit(Edit::Yank));
    assert_eq!(editor.text(), "one two");
    assert!(editor.edit(Edit::KillToStart));
    assert!(editor.is_empty());
}

proptest! {
    #[test]
    fn rows_hold_all_of_the_text_and_no_more_than_their_width(text in "[a-c 完👍\u{301}\n-]{0,40}", width in 2_usize..20) {
        let editor = Editor::new(&text);
        let rows = editor.rows(width);
        let mut lines = vec![String::new(); editor.lines().len()];
        for row in &rows {
            let part = &editor.lines()[row.line][row.range.clone()];
            prop_assert!(cells(part.trim_end_matches(' ')) <= width, "{part:?}");
            lines[row.line].push_str(part);
        }
        prop_assert_eq!(lines.join("\n"), text);
    }

    #[test]
    fn any_editing_keeps_the_caret_in_the_text(
        text in "[ab 完\u{301}\n]{0,12}",
        edits in prop::collection::vec(prop::sample::select(&[
            Edit::Left, Edit::Right, Edit::Up, Edit::Down, Edit::LineStart, Edit::LineEnd, Edit::WordLeft,
            Edit::WordRight, Edit::DeleteLeft, Edit::DeleteRight, Edit::DeleteWordLeft, Edit::DeleteWordRight,
            Edit::KillToStart, Edit::KillToEnd, Edit::Yank, Edit::Undo, Edit::Redo][..]), 0..30),
        width in 1_usize..9,
    ) {
        let mut editor = Editor::new(&text);
        editor.set_width(width);
        for edit in edits {
            editor.edit(edit);
            let rows = editor.rows(width);
            let (row, _) = editor.caret(&rows);
            prop_assert!(row < rows.len());
        }
    }

    #[test]
    fn whatever_was_done_is_undone_to_the_first_text_and_done_again_to_the_last(
        text in "[ab 完\u{301}\n]{0,12}",
        steps in prop::collection::vec((prop::sample::select(&[
            Edit::Left, Edit::Right, Edit::Up, Edit::LineStart, Edit::LineEnd, Edit::WordLeft, Edit::DeleteLeft,
            Edit::DeleteRight, Edit::DeleteWordLeft, Edit::DeleteWordRight, Edit::KillToStart, Edit::KillToEnd,
            Edit::Yank, Edit::Undo, Edit::Redo][..]), "[a 完\u{301}\n]{0,3}", 0_usize..2), 0..30),
    ) {
        let mut editor = Editor::new(&text);
        for (edit, inserted, replaced) in steps {
            editor.edit(edit);
            let before = editor.before_caret().chars().count();
            editor.replace_before_caret(replaced.min(before), &inserted);
            editor.insert(&inserted);
        }
        while editor.edit(Edit::Redo) {}
        let last = editor.text();
        while editor.edit(Edit::Undo) {}
        prop_assert_eq!(editor.text(), text);
        while editor.edit(Edit::Redo) {}
        prop_assert_eq!(editor.text(), last);
    }
}
