//! What macOS's Option key types with a letter, where the terminal does not take Option for Alt: the layout's own character,
//! of which the program knows nothing (United States layout).

/// Characters that hardly anybody means to type, and the letters of their keys. Those that some language writes (ç, ø, π, ß)
/// are left out.
const TYPED: [(char, char); 9] = [
    ('˙', 'h'),
    ('†', 't'),
    ('√', 'v'),
    ('Ω', 'z'),
    ('¸', 'Z'),
    ('∫', 'b'),
    ('ƒ', 'f'),
    ('∂', 'd'),
    ('≈', 'x'),
];

/// The letter with which Option types this character; `None` for one that may be meant.
pub fn letter(typed: char) -> Option<char> {
    let found = TYPED.iter().find(|(character, _)| *character == typed);
    found.map(|(_, letter)| *letter)
}
