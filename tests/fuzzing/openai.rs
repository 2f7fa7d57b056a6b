//! Bytes of the stream of a chat completion: any cutting gives the same pieces of a reply, the same end and the same cost,
//! and the end is what was told: a failure, a reason, or neither.

use super::chance::Chance;
use spacechat::testing::http::Decoder;
use spacechat::testing::openai::{Completion, End, Finish, Piece};

const LIMIT: usize = 1 << 20;

/// What is new in each event, how it ended, and what else was told.
type Read = (Vec<Piece>, End, String);

pub fn check(input: &[u8]) {
    let mut chance = Chance::of(input);
    let whole = read([input]);
    assert_eq!(read(input.chunks(1)), whole, "byte by byte");
    let cuts = chance.cuts(input.len());
    let pieces = cuts.windows(2).map(|pair| &input[pair[0]..pair[1]]);
    assert_eq!(read(pieces), whole, "cut at {cuts:?}");
    let mut completion = Completion::new(LIMIT);
    let mut pieces = Vec::new();
    completion.take(input.to_vec(), &mut pieces);
    agrees(&completion, &pieces);
}

fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Read {
    let (mut decoder, mut completion) = (Decoder::new(LIMIT), Completion::new(LIMIT));
    let (mut frames, mut told) = (Vec::new(), Vec::new());
    for piece in pieces {
        if decoder.push(piece, &mut frames).is_err() {
            break;
        }
        for frame in frames.drain(..) {
            completion.take(frame, &mut told);
        }
    }
    agrees(&completion, &told);
    let rest = format!("{completion:?}");
    (told, completion.end(), rest)
}

/// What a completion says of itself is what its pieces say.
fn agrees(completion: &Completion, pieces: &[Piece]) {
    let mut has_text = false;
    let mut has_reasoning = false;
    for piece in pieces {
        match piece {
            Piece::Text(text) => {
                assert!(!text.is_empty(), "a piece without text");
                has_text = true;
            }
            Piece::Reasoning(text) => {
                assert!(!text.is_empty(), "a piece without thoughts");
                has_reasoning = true;
            }
            Piece::Progress(_) => {}
        }
    }
    let has_begun = has_text || has_reasoning;
    assert_eq!(completion.has_begun(), has_begun);
    assert_eq!(completion.is_thought_only(), has_reasoning && !has_text);
    match completion.end() {
        End::Failed(_) => assert!(completion.has_failed()),
        End::Finished(finish) => {
            assert!(completion.is_finished() && !completion.has_failed());
            assert_ne!(finish, Finish::Failed, "a failure that is none");
        }
        End::BrokenOff => assert!(has_begun || !completion.tools.is_empty()),
        End::Silent => assert!(!has_begun && !completion.is_finished()),
        End::Strange => assert!(!completion.is_finished()),
    }
}
