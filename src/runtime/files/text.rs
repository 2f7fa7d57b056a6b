//! Decodes the bytes of a file as text of any encoding, or finds that they are not text.
//!
//! A byte order mark decides, then UTF-8, damaged perhaps, then what the bytes look like as a whole
//! (Latin-1, GB18030, Shift-JIS …). No file is read here.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE};

/// How much of a file is examined for its encoding, in bytes. The detector is slower than the disk.
const TELLING: usize = 1 << 20;

/// The text of a file without its byte order mark, what is damaged in it as U+FFFD; or the bytes as
/// they were where they are no text: a NUL in what is no UTF-16, control characters that no text
/// has, a PDF.
pub fn decoded(bytes: Vec<u8>) -> Result<String, Vec<u8>> {
    // A PDF may consist of letters only, but it is not readable text.
    if bytes.starts_with(b"%PDF-") {
        return Err(bytes);
    }
    if let Some((encoding, mark)) = Encoding::for_bom(&bytes) {
        return by(encoding, &bytes[mark..]).ok_or(bytes);
    }
    if bytes.contains(&0) {
        let encoding = unmarked_utf16(&bytes);
        return encoding
            .and_then(|encoding| by(encoding, &bytes))
            .ok_or(bytes);
    }
    let bytes = match String::from_utf8(bytes) {
        Ok(text) => return Ok(text),
        Err(error) => error.into_bytes(),
    };
    if is_damaged_utf8(&bytes) {
        return Ok(String::from_utf8_lossy(&bytes).into_owned());
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    let told = &bytes[..bytes.len().min(TELLING)];
    detector.feed(told, told.len() == bytes.len());
    let encoding = detector.guess(None, Utf8Detection::Deny);
    by(encoding, &bytes).ok_or(bytes)
}

/// Whether the beginning of a file looks like text; `is_whole` says that it is all of it.
pub fn looks_like_text(head: &[u8], is_whole: bool) -> bool {
    // The last character may have been cut; none is longer than four bytes.
    let cuts = if is_whole { 0..=0 } else { 0..=3 };
    let mut heads = cuts.filter_map(|cut| head.get(..head.len().checked_sub(cut)?));
    let has_nul = |bytes: &[u8]| bytes.contains(&0);
    heads.any(|cut| has_nul(cut) == has_nul(head) && decoded(cut.to_vec()).is_ok())
}

/// Whether all but a little is UTF-8: cut at its end, or with a stray byte now and then. Texts in
/// other encodings have hardly a sequence that is valid UTF-8 beyond ASCII.
fn is_damaged_utf8(bytes: &[u8]) -> bool {
    let (mut sound, mut damaged, mut is_cut) = (0, 0, false);
    for chunk in bytes.utf8_chunks() {
        sound += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        damaged += usize::from(!chunk.invalid().is_empty());
        is_cut =
            std::str::from_utf8(chunk.invalid()).is_err_and(|error| error.error_len().is_none());
    }
    sound >= 10 * damaged || (is_cut && damaged == 1 && sound > 0)
}

/// The text in this encoding, where all of it is text.
fn by(encoding: &'static Encoding, bytes: &[u8]) -> Option<String> {
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes)?;
    let is_text = |c: char| !c.is_control() || matches!(c, '\t'..='\r' | '\u{1b}' | '\u{85}');
    // What is valid UTF-8 has always been text here; in other encodings nearly anything is valid.
    let is_sure = encoding == UTF_8 && !text.contains('\0');
    (is_sure || text.chars().all(is_text)).then(|| text.into_owned())
}

/// Latin text in UTF-16 has a NUL in every second byte, and none in the others.
fn unmarked_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    let nuls = |first: usize| {
        let bytes = bytes.iter().skip(first).step_by(2);
        bytes.filter(|byte| **byte == 0).count()
    };
    let (even, odd) = (nuls(0), nuls(1));
    match bytes.len() {
        length if length % 2 == 1 => None,
        length if even == 0 && odd * 4 > length => Some(UTF_16LE),
        length if odd == 0 && even * 4 > length => Some(UTF_16BE),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::{GB18030, SHIFT_JIS, WINDOWS_1252};

    const GERMAN: &str = "Die Übung hört früh auf, größer wird sie trotzdem nicht; schöne Grüße.";
    const CHINESE: &str = "本书第一章讲述了语言模型的历史，第二章说明如何训练它们，最后是结论。";
    const JAPANESE: &str = "これは日本語の文章です。文字コードを調べるために書かれています。";

    fn utf16(text: &str, mark: bool, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        let mark = mark.then_some(0xfeff);
        mark.into_iter()
            .chain(text.encode_utf16())
            .flat_map(unit)
            .collect()
    }

    #[test]
    fn text_of_any_encoding_is_read_as_text() {
        for (encoding, text) in [
            (WINDOWS_1252, GERMAN),
            (GB18030, CHINESE),
            (SHIFT_JIS, JAPANESE),
        ] {
            let (bytes, _, has_failed) = encoding.encode(text);
            assert!(!has_failed);
            assert_eq!(decoded(bytes.into_owned()).as_deref(), Ok(text));
        }
        assert_eq!(
            decoded(utf16(JAPANESE, true, u16::to_le_bytes)).as_deref(),
            Ok(JAPANESE)
        );
        assert_eq!(
            decoded(utf16(JAPANESE, true, u16::to_be_bytes)).as_deref(),
            Ok(JAPANESE)
        );
        assert_eq!(
            decoded(utf16(GERMAN, false, u16::to_le_bytes)).as_deref(),
            Ok(GERMAN)
        );
        assert_eq!(
            decoded(utf16(GERMAN, false, u16::to_be_bytes)).as_deref(),
            Ok(GERMAN)
        );
        assert_eq!(
            decoded(b"\xef\xbb\xbfmarked".to_vec()).as_deref(),
            Ok("marked")
        );
    }

    #[test]
    fn damaged_utf8_is_read_as_utf8_with_marks_where_it_is_damaged() {
        for text in [GERMAN, CHINESE, JAPANESE] {
            let cut = [text.as_bytes(), &"€".as_bytes()[..2]].concat();
            assert_eq!(decoded(cut), Ok(format!("{text}\u{fffd}")));
            let long = text.repeat(3);
            let stray = [long.as_bytes(), b"\xff", long.as_bytes()].concat();
            assert_eq!(decoded(stray), Ok(format!("{long}\u{fffd}{long}")));
        }
        assert_eq!(decoded(b"caf\xe9".to_vec()).as_deref(), Ok("café"));
    }

    #[test]
    fn what_is_no_text_comes_back_as_it_was() {
        for bytes in [
            &b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..],
            b"some text\0and more",
            b"%PDF-1.4\n1 0 obj",
            b"\x01\x02\x03\xff\xfe\x80",
        ] {
            assert_eq!(decoded(bytes.to_vec()), Err(bytes.to_vec()));
        }
    }

    #[test]
    fn a_character_that_is_cut_at_the_end_of_the_beginning_does_not_matter() {
        let (gb18030, _, _) = GB18030.encode(CHINESE);
        let texts = [
            CHINESE.as_bytes().to_vec(),
            gb18030.into_owned(),
            utf16("Grüße 🙂 und mehr", true, u16::to_le_bytes),
        ];
        for text in texts {
            for end in 10..text.len() {
                assert!(looks_like_text(&text[..end], false), "{end} of {text:?}");
            }
        }
        assert!(!looks_like_text(b"text\0", false));
    }
}
