//! The Latin letter on the key of a letter of another script, for chords only: Ctrl+с on a Russian keyboard is Ctrl+C.
//!
//! A terminal with kitty's keyboard protocol tells the key itself, and its word counts; this table is for all others. Each
//! script has the layout that most of its users have. Where two layouts of a script differ, the first one named decides.

/// Letters of a layout, and the signs of the United States layout on the same keys.
const LAYOUTS: [(&str, &str); 8] = [
    // Russian.
    (
        "йцукенгшщзхъфывапролджэячсмитьбюё",
        "qwertyuiop[]asdfghjkl;'zxcvbnm,.`",
    ),
    // Ukrainian, Belarusian.
    ("іїєґў", "s]'\\o"),
    // Serbian, Macedonian.
    ("љњјћђџѓќѕ", "qwj']x]'y"),
    // Greek.
    ("ςερτυθιοπασδφγηξκλζχψωβνμ", "wertyuiopasdfghjklzxcvbnm"),
    // Hebrew.
    ("קראטוןםפשדגכעיחלךףזסבהנמצתץ", "ertyuiopasdfghjkl;zxcvbnm,."),
    // Arabic.
    (
        "ضصثقفغعهخحجدشسيبلاتنمكطئءؤرىةوزظ",
        "qwertyuiop[]asdfghjkl;'zxcvnm,./",
    ),
    // Thai (Kedmanee).
    (
        "ๆไำพะัีรนยบลฟหกดเ้่าสวงผปแอิืทมใฝ",
        "qwertyuiop[]asdfghjkl;'zxcvbnm,./",
    ),
    // Georgian.
    ("ქწერტყუიოპასდფგჰჯკლზხცვბნმ", "qwertyuiopasdfghjklzxcvbnm"),
];

/// The sign of the United States layout on the key of this letter; itself where no layout here has it.
pub fn latin(letter: char) -> char {
    if letter.is_ascii() {
        return letter;
    }
    let mut lower = letter.to_lowercase();
    let (Some(small), None) = (lower.next(), lower.next()) else {
        return letter;
    };
    let mut keys = LAYOUTS
        .iter()
        .flat_map(|(letters, signs)| letters.chars().zip(signs.chars()));
    let sign = keys.find(|(key, _)| *key == small).map(|(_, sign)| sign);
    match sign {
        Some(sign) if small != letter => sign.to_ascii_uppercase(),
        Some(sign) => sign,
        None => letter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_other_scripts_have_the_sign_of_their_key() {
        for (letters, expected) in [
            ("сС", "cC"),
            ("іЯ", "sZ"),
            ("ψΨ", "cC"),
            ("בשת", "ca,"),
            ("ؤش", "ca"),
            ("แฟ", "ca"),
            ("ცა", "ca"),
            ("aZéß完_", "aZéß完_"),
        ] {
            assert_eq!(letters.chars().map(latin).collect::<String>(), expected);
        }
    }

    #[test]
    fn every_layout_has_as_many_signs_as_letters_and_no_letter_twice() {
        for (letters, signs) in LAYOUTS {
            assert_eq!(letters.chars().count(), signs.chars().count(), "{letters}");
            assert!(signs.is_ascii());
            let count = letters.chars().count();
            let mut letters: Vec<char> = letters.chars().collect();
            letters.sort_unstable();
            letters.dedup();
            assert_eq!(letters.len(), count, "{letters:?}");
        }
    }
}
