//! Repeatable randomness: numbers from a seed, and random splits of a text.

/// A generator of numbers (`SplitMix64`).
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// Chance that depends on an input alone, so that a target does the same with it each time.
    pub fn of(input: &[u8]) -> Self {
        let mix = |sum: u64, byte: &u8| (sum ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        Self(input.iter().fold(0xcbf2_9ce4_8422_2325, mix))
    }

    /// A number from 0 on and below `end`, which is not 0.
    pub fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        let end = u64::try_from(end).expect("no length is longer than 64 bits");
        usize::try_from(mixed % end).expect("it is less than a length")
    }

    /// Where to cut something of this length into some pieces: 0, the cuts in order, the length.
    pub fn cuts(&mut self, length: usize) -> Vec<usize> {
        let count = self.below(8);
        let mut cuts: Vec<usize> = (0..count).map(|_| self.below(length + 1)).collect();
        cuts.extend([0, length]);
        cuts.sort_unstable();
        cuts
    }
}

/// Where the character begins in which `at` stands.
pub fn boundary(text: &str, at: usize) -> usize {
    let mut before = (0..=at).rev();
    before.find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// The pieces of a text between cuts, each cut moved down to where a character begins.
pub fn pieces<'a>(text: &'a str, cuts: &[usize]) -> Vec<&'a str> {
    let pairs = cuts.windows(2);
    pairs
        .map(|pair| &text[boundary(text, pair[0])..boundary(text, pair[1])])
        .collect()
}
