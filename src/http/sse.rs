//! Bytes of a server-sent event stream in, frames out.
//!
//! No I/O and no JSON: [`Decoder::push`] takes bytes as they arrive and returns the `data` of each
//! frame that a blank line has closed. The same bytes give the same frames, however they are split;
//! a property test checks this. Gradio uses only the `data` field (`id`, `event` and `retry` are
//! never sent on `/queue/data`, seen in 4.8 to 6.31), so other fields and comments are skipped.

/// What may stand before the first line.
const BOM: &[u8] = "\u{feff}".as_bytes();

/// A frame grew past the limit that [`Decoder::new`] was given, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameTooLarge {
    /// The limit that was passed, in bytes.
    pub limit: usize,
}

/// Cuts a byte stream into frames; see the module's documentation.
#[derive(Debug)]
pub struct Decoder {
    /// The line that has begun and has no end yet.
    line: Vec<u8>,
    /// The data of the frame that has begun; `None` before its first `data` field.
    data: Option<Vec<u8>>,
    /// A CR ended the last line: a LF that follows belongs to the same line end.
    after_cr: bool,
    /// Whether a line has ended: only before that a mark of the encoding may stand.
    has_begun: bool,
    limit: usize,
}

impl Decoder {
    /// `limit` bounds one frame in bytes, so that a server cannot fill the memory. A prompt comes
    /// back whole in a frame, and one frame may hold two of them: keep the limit generous.
    pub fn new(limit: usize) -> Self {
        Self {
            line: Vec::new(),
            data: None,
            after_cr: false,
            has_begun: false,
            limit,
        }
    }

    /// Takes the next bytes, of any length, and appends to `frames` the data of each frame they
    /// complete. After an error the decoder must not be used again.
    pub fn push(
        &mut self,
        mut bytes: &[u8],
        frames: &mut Vec<Vec<u8>>,
    ) -> Result<(), FrameTooLarge> {
        while !bytes.is_empty() {
            if std::mem::take(&mut self.after_cr)
                && let Some(rest) = bytes.strip_prefix(b"\n")
            {
                bytes = rest;
                continue;
            }
            let end = bytes
                .iter()
                .position(|&byte| byte == b'\n' || byte == b'\r');
            let (piece, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
            self.line.extend_from_slice(piece);
            if self.line.len() + self.data.as_ref().map_or(0, Vec::len) > self.limit {
                return Err(FrameTooLarge { limit: self.limit });
            }
            if let Some((&terminator, rest)) = rest.split_first() {
                self.after_cr = terminator == b'\r';
                self.end_line(frames);
                bytes = rest;
            } else {
                bytes = rest;
            }
        }
        Ok(())
    }

    fn end_line(&mut self, frames: &mut Vec<Vec<u8>>) {
        let mut line = std::mem::take(&mut self.line);
        if !std::mem::replace(&mut self.has_begun, true) && line.starts_with(BOM) {
            line.drain(..BOM.len());
        }
        if line.is_empty() {
            frames.extend(self.data.take());
            return;
        }
        // The blank after the colon is optional. A bare `data` is a field with an empty value.
        let value_at = match line.strip_prefix(b"data") {
            Some([]) => line.len(),
            Some([b':', b' ', ..]) => b"data: ".len(),
            Some([b':', ..]) => b"data:".len(),
            _ => return,
        };
        match &mut self.data {
            None => {
                // The usual case, one line of many megabytes: moved within its buffer, not copied.
                line.drain(..value_at);
                self.data = Some(line);
            }
            Some(data) => {
                data.push(b'\n');
                data.extend_from_slice(&line[value_at..]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn frames_of(pieces: &[&[u8]]) -> Vec<String> {
        let mut decoder = Decoder::new(1 << 20);
        let mut frames = Vec::new();
        for piece in pieces {
            decoder.push(piece, &mut frames).unwrap();
        }
        frames
            .into_iter()
            .map(|frame| String::from_utf8(frame).unwrap())
            .collect()
    }

    #[test]
    fn a_mark_of_the_encoding_before_the_first_line_is_no_part_of_it() {
        let stream = "\u{feff}data: a\n\ndata: \u{feff}b\n\n".as_bytes();
        assert_eq!(frames_of(&[stream]), ["a", "\u{feff}b"]);
        assert_eq!(frames_of(&[&stream[..2], &stream[2..]]), ["a", "\u{feff}b"]);
    }

    #[test]
    fn a_frame_split_at_every_byte_gives_the_same_events() {
        let bytes = "data: {\"a\":\"完了 🎉\"}\n\ndata:{\"b\":2}\r\n\r\n".as_bytes();
        for at in 0..=bytes.len() {
            let (head, tail) = bytes.split_at(at);
            assert_eq!(
                frames_of(&[head, tail]),
                ["{\"a\":\"完了 🎉\"}", "{\"b\":2}"],
                "cut at {at}"
            );
        }
    }

    #[test]
    fn comments_and_other_fields_are_passed_over() {
        let text = b": hello\nid: 7\nevent: x\nretry: 5\ndatabase: no\ndata: 1\n\n";
        assert_eq!(frames_of(&[text]), ["1"]);
    }

    #[test]
    fn several_data_lines_are_joined_by_a_line_feed() {
        assert_eq!(frames_of(&[b"data: a\ndata:b\ndata\n\n"]), ["a\nb\n"]);
    }

    #[test]
    fn a_frame_that_no_blank_line_closed_is_not_given() {
        assert!(frames_of(&[b"data: 1\n"]).is_empty());
    }

    #[test]
    fn a_frame_over_the_limit_is_refused_before_it_is_held_whole() {
        let mut decoder = Decoder::new(100);
        let mut frames = Vec::new();
        let refused = (0..100).find_map(|_| decoder.push(b"data: 0123", &mut frames).err());
        assert_eq!(refused, Some(FrameTooLarge { limit: 100 }));
        assert!(frames.is_empty());
    }

    proptest! {
        #[test]
        fn any_cutting_of_a_stream_gives_the_same_events(
            lines in prop::collection::vec("(data: ?|: |event: |)[a-z \u{e9}\u{4e8c}]{0,9}(\n|\r\n|\r)", 0..20),
            cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
        ) {
            let text = lines.concat();
            let bytes = text.as_bytes();
            let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
            at.extend([0, bytes.len()]);
            at.sort_unstable();
            let pieces: Vec<&[u8]> = at.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            prop_assert_eq!(frames_of(&pieces), frames_of(&[bytes]));
        }
    }
}
