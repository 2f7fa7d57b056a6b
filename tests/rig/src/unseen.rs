//! The characters that must not reach a screen unchanged, listed independently of the program's own list: what steers a
//! terminal, what turns the direction of text, and what cannot be seen.

/// Whether a character steers, turns or hides. Joiners and variation selectors are none of these: where they belong, they
/// are part of letters and emoji.
pub fn is_unseen(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{2028}' | '\u{2029}'
            // Direction: marks, embeddings, overrides, isolates.
            | '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            // No width: spaces, joiners of words, byte order marks, fillers, soft hyphens, annotations, tags.
            | '\u{200b}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{feff}' | '\u{ad}' | '\u{34f}'
            | '\u{180e}' | '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{e007f}')
}
