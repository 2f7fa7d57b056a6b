use super::*;

#[test]
fn a_large_paste_stands_on_the_shelf_and_not_in_the_text() {
    let mut composer = Composer::default();
    composer.change(|text| text.insert("What is it?"));
    let book = "line\r".repeat(1000);
    composer.paste(&book);
    assert_eq!(composer.editor.text(), "What is it?");
    assert_eq!(&*composer.tray()[0].text, "line\n".repeat(1000));
    assert_eq!(composer.tray()[0].name, "pasted #1");
    let sent = composer.take();
    assert_eq!(sent.attachments.len(), 1);
    assert!(composer.is_empty());
}

#[test]
fn a_small_paste_goes_into_the_text_with_its_line_ends_as_line_feeds() {
    let mut composer = Composer::default();
    composer.paste("a\rb\r\nc");
    assert_eq!(composer.editor.lines(), ["a", "b", "c"]);
}

#[test]
fn a_paste_that_holds_what_does_not_show_stands_on_the_shelf() {
    let mut composer = Composer::default();
    composer.paste("plain \u{202e}text");
    composer.paste("\u{1b}[31mred");
    assert!(composer.editor.is_empty());
    assert_eq!(composer.tray().len(), 2);
}

#[test]
fn earlier_prompts_are_walked_there_and_back() {
    let mut composer = Composer::default();
    let earlier = || vec![Draft::new("one"), Draft::new("two")];
    let mut after = |edit| {
        composer.edit(edit, earlier);
        composer.editor.text()
    };
    for (edit, expected) in [
        (Edit::Up, "two"),
        (Edit::Up, "one"),
        (Edit::Up, "one"),
        (Edit::Down, "two"),
        (Edit::Down, ""),
    ] {
        assert_eq!(after(edit), expected);
    }
}

#[test]
fn no_arrow_key_replaces_what_was_written() {
    let mut composer = Composer::default();
    let earlier = || vec![Draft::new("one"), Draft::new("two")];
    composer.change(|text| text.insert("half a thou"));
    for edit in [Edit::Up, Edit::Up, Edit::Down] {
        composer.edit(edit, earlier);
        assert_eq!(composer.editor.text(), "half a thou");
    }
    // Nor an earlier prompt that was changed.
    composer.take();
    composer.edit(Edit::Up, earlier);
    composer.change(|text| text.insert("!"));
    composer.edit(Edit::Up, earlier);
    assert_eq!(composer.editor.text(), "two!");
    // One that is as it was makes room for another.
    composer.set(Draft::new("one"));
    composer.edit(Edit::Up, earlier);
    assert_eq!(composer.editor.text(), "two");
}

#[test]
fn a_draft_that_was_set_aside_comes_back_first() {
    let mut composer = Composer::default();
    composer.change(|text| text.insert("unsent"));
    composer.set_aside();
    assert!(composer.is_empty());
    composer.edit(Edit::Up, || vec![Draft::new("sent")]);
    assert_eq!(composer.editor.text(), "unsent");
}

#[test]
fn a_draft_that_was_set_aside_stays_until_it_is_sent() {
    let mut composer = Composer::default();
    composer.change(|text| text.insert("precious"));
    composer.set_aside();
    composer.change(|text| text.insert("newer"));
    assert_eq!(composer.aside(), [Draft::new("precious")]);
    composer.take();
    composer.edit(Edit::Up, Vec::new);
    composer.take();
    assert_eq!(composer.aside(), []);
}

#[test]
fn the_last_draft_that_was_set_aside_stands_there_at_the_next_start() {
    let aside = || vec![Draft::new("old"), Draft::new("last")];
    let composer = Composer::with_unsent(Draft::default(), aside());
    assert_eq!(composer.draft(), Draft::new("last"));
    assert_eq!(composer.aside(), [Draft::new("old")]);
    let composer = Composer::with_unsent(Draft::new("written"), aside());
    assert_eq!(composer.draft(), Draft::new("written"));
    assert_eq!(composer.aside(), aside());
}

#[test]
fn what_was_queued_stands_before_what_is_being_written() {
    let mut composer = Composer::default();
    composer.change(|text| text.insert("third"));
    composer.give_back([Draft::new("first"), Draft::new("second")]);
    assert_eq!(composer.editor.text(), "first\n\nsecond\n\nthird");
}

#[test]
fn what_was_edited_elsewhere_stands_behind_what_was_queued_and_came_back_meanwhile() {
    for (before, expected) in [("draft", "queued\n\nedited"), ("", "queued\n\nedited")] {
        let mut composer = Composer::default();
        composer.change(|text| text.insert(before));
        composer.give_back([Draft::new("queued")]);
        composer.take_edited(before, "edited\n");
        assert_eq!(composer.editor.text(), expected);
    }
    let mut composer = Composer::default();
    composer.change(|text| text.insert("another"));
    composer.take_edited("draft", "edited");
    assert_eq!(composer.editor.text(), "edited");
    assert_eq!(composer.aside(), [Draft::new("another")]);
}

#[test]
fn deleting_in_an_empty_text_takes_the_last_attachment_away() {
    let mut composer = Composer::default();
    composer.paste(&"x".repeat(5000));
    composer.edit(Edit::DeleteLeft, Vec::new);
    assert!(composer.is_empty());
}

fn names(composer: &Composer) -> Vec<&str> {
    let tray = composer.tray().iter();
    tray.map(|attached| attached.name.as_str()).collect()
}

#[test]
fn pastes_are_counted_in_each_draft_and_no_number_comes_twice() {
    let mut composer = Composer::default();
    let large = "x".repeat(5000);
    for _ in 0..3 {
        composer.paste(&large);
    }
    assert_eq!(names(&composer), ["pasted #1", "pasted #2", "pasted #3"]);
    composer.remove(1);
    composer.paste(&large);
    assert_eq!(names(&composer), ["pasted #1", "pasted #3", "pasted #4"]);
    let sent = composer.take();
    composer.paste(&large);
    assert_eq!(names(&composer), ["pasted #1"]);
    composer.take();
    // A file of the user's own is no paste.
    composer.attach(Attachment::new("notes", "text"));
    composer.paste(&large);
    assert_eq!(names(&composer), ["notes", "pasted #1"]);
    // A draft that is gone on with counts on.
    composer.set(sent);
    composer.paste(&large);
    assert_eq!(names(&composer)[3], "pasted #5");
}
