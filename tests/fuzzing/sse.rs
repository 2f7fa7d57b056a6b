//! Bytes of an event stream: any cutting gives the frames that a plain reading of the whole gives, and no frame is larger
//! than the limit.

use super::chance::Chance;
use spacechat::testing::http::Decoder;

/// The frames, and whether all bytes were taken; the rest is refused as too large.
type Read = (Vec<Vec<u8>>, bool);

pub fn check(input: &[u8]) {
    let mut chance = Chance::of(input);
    for limit in [1 << 20, 16] {
        let expected = plainly(input, limit);
        assert!(expected.0.iter().all(|frame| frame.len() <= limit));
        assert_eq!(read([input], limit), expected, "in one piece");
        assert_eq!(read(input.chunks(1), limit), expected, "byte by byte");
        let cuts = chance.cuts(input.len());
        let pieces = cuts.windows(2).map(|pair| &input[pair[0]..pair[1]]);
        assert_eq!(read(pieces, limit), expected, "cut at {cuts:?}");
    }
}

fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>, limit: usize) -> Read {
    let mut decoder = Decoder::new(limit);
    let mut frames = Vec::new();
    let mut pieces = pieces.into_iter();
    let is_whole = pieces.all(|piece| decoder.push(piece, &mut frames).is_ok());
    (frames, is_whole)
}

/// The format's rules, applied to a whole stream.
fn plainly(input: &[u8], limit: usize) -> Read {
    let mut frames = Vec::new();
    let mut data: Option<Vec<u8>> = None;
    let (mut rest, mut is_first) = (input, true);
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| b"\r\n".contains(byte));
        let line = &rest[..end.unwrap_or(rest.len())];
        if line.len() + data.as_ref().map_or(0, Vec::len) > limit {
            return (frames, false);
        }
        let Some(end) = end else {
            break;
        };
        rest = rest[end..]
            .strip_prefix(b"\r\n")
            .unwrap_or(&rest[end + 1..]);
        // Only before the first line is a mark of the encoding no part of it.
        let mark = "\u{feff}".as_bytes();
        let line = match line.strip_prefix(mark) {
            Some(behind) if std::mem::take(&mut is_first) => behind,
            _ => line,
        };
        is_first = false;
        let mut parts = line.splitn(2, |byte| *byte == b':');
        let (name, value) = (parts.next(), parts.next().unwrap_or_default());
        if line.is_empty() {
            frames.extend(data.take());
        } else if name == Some(b"data") {
            let value = value.strip_prefix(b" ").unwrap_or(value);
            let before = data.take().map(|data| [&data[..], b"\n"].concat());
            data = Some([&before.unwrap_or_default()[..], value].concat());
        }
    }
    (frames, true)
}
