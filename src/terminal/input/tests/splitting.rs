//! However bytes are split, they mean the same, and nothing of a control sequence is ever text.

use super::*;

/// What bytes mean that come in these pieces, a moment apart.
fn split<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Vec<TerminalInput> {
    let mut now = Instant::now();
    let mut decoder = Decoder::new(now);
    let mut out = Vec::new();
    for piece in pieces {
        now += ms(20);
        decoder.expire(now, &mut out);
        decoder.feed(piece, now, &mut out);
    }
    decoder.expire(now + ms(60_000), &mut out);
    inputs(out)
}

/// The text that was typed, and the bytes of pastes and answers are none of it.
fn text(inputs: &[TerminalInput]) -> String {
    let typed = inputs.iter().filter_map(|input| match input {
        TerminalInput::Event(Event::Key(key)) => match key.code {
            KeyCode::Char(c) if (key.modifiers - SHIFT).is_empty() => Some(c),
            _ => None,
        },
        _ => None,
    });
    typed.collect()
}

/// Bytes of which many mean something.
fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"\x1b".to_vec()),
        Just(b"\x1b[".to_vec()),
        Just(b"\x1b[200~".to_vec()),
        Just(b"\x1b[201~".to_vec()),
        Just(b"\x1b\\".to_vec()),
        "[0-9:;<=>?$ A-Za-z~^@M]{0,4}".prop_map(String::into_bytes),
        "[\\]P_^XO\u{7}\r]".prop_map(String::into_bytes),
        "\\PC{0,3}".prop_map(String::into_bytes),
        prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

/// A whole control sequence of any kind that a terminal sends. No key of the keypad is among them: those type.
fn sequence() -> impl Strategy<Value = String> {
    let control = "\x1b\\[[<=>?]?([0-9]{1,5}[;:]){0,4}[0-9]{0,3}[A-HPQSZac-dhmnqrty~^]";
    let string = "\x1b(\\][0-9]{1,3};|P|_|\\^|X)[ -~完é]{0,20}(\x07|\x1b\\\\)";
    prop_oneof![
        control,
        "\x1b\\[\\?[0-9]{1,4};[0-4]\\$y",
        "\x1b\\[[0-9]{1,2}\\$",
        "\x1b\\[M[ -~]{3}",
        "\x1b\\[\\[[A-E]",
        "\x1bO([0-9]{1,2}(;[0-9])?)?[A-DFHP-Sa-d]",
        string,
        "\x1b\\[200~([ -~é\r]|\x1b\\[[A-D])*\x1b\\[201~",
    ]
}

proptest! {
    #[test]
    fn any_splitting_of_any_bytes_gives_the_same_events(bytes in any_bytes(), cuts in prop::collection::vec(0..99_usize, 0..5)) {
        let expected = split([bytes.as_slice()]);
        prop_assert_eq!(split(bytes.chunks(1)), expected.clone());
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let pieces = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]);
        prop_assert_eq!(split(pieces), expected);
    }

    #[test]
    fn no_byte_of_a_control_sequence_is_text(parts in prop::collection::vec(("[a-zé完]{0,3}", sequence()), 0..6)) {
        let (typed, sequences): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
        let all: Vec<_> = typed.iter().zip(&sequences).flat_map(|(text, sequence)| [text, sequence]).cloned().collect();
        let (typed, all) = (typed.concat(), all.concat());
        prop_assert_eq!(text(&split([all.as_bytes()])), typed.clone());
        prop_assert_eq!(text(&split(all.as_bytes().chunks(1))), typed);
    }

    #[test]
    fn typing_is_read_after_any_bytes_and_a_pause(bytes in any_bytes()) {
        let start = Instant::now();
        let mut decoder = Decoder::new(start);
        decoder.feed(&bytes, start, &mut Vec::new());
        // A paste has no other end.
        let later = start + ms(60_000);
        decoder.expire(later, &mut Vec::new());
        decoder.feed(b"\x1b[201~", later, &mut Vec::new());
        let mut out = Vec::new();
        decoder.feed(b"x", later, &mut out);
        prop_assert_eq!(inputs(out), vec![char(NONE, 'x')]);
    }
}
