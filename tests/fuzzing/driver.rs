//! Runs a target without knowing which code its inputs reach: first the corpus, then inputs mutated from it. The same
//! targets run under libFuzzer, see `fuzz/`.

use super::mutator::Mutator;
use std::fs;
use std::path::{Path, PathBuf};

/// How many inputs are made when `SPACECHAT_FUZZ_ROUNDS` does not say.
const ROUNDS: usize = 1000;

/// Tries every input of the corpus of `target`, and then as many made from it as are wanted. Inputs that once failed belong
/// into the corpus, `tests/corpus/TARGET/`.
pub fn fuzz(target: &str, check: fn(&[u8])) {
    let corpus = corpus(target);
    // The input that is tried is in a file meanwhile: not every failure is a panic that could be caught.
    let at = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{target}"));
    let seed = number("SPACECHAT_FUZZ_SEED").unwrap_or(1);
    println!("what fails is left in {}; seed {seed}", at.display());
    let tried = |input: &[u8]| {
        fs::write(&at, input).expect("the target folder can be written to");
        check(input);
    };
    for (path, input) in &corpus {
        println!("{}", path.display());
        tried(input);
    }
    let inputs: Vec<Vec<u8>> = corpus.into_iter().map(|(_, input)| input).collect();
    let mut mutator = Mutator::new(inputs, seed);
    let rounds = number("SPACECHAT_FUZZ_ROUNDS").map_or(ROUNDS, |rounds| {
        usize::try_from(rounds).expect("so many rounds can be counted")
    });
    for round in 0..rounds {
        let input = mutator.next_input();
        if round % 10_000 == 0 {
            println!("round {round} of {rounds}");
        }
        tried(&input);
    }
    fs::remove_file(&at).expect("it was written before");
}

/// The inputs that are kept for a target, by name.
pub fn corpus(target: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let mut files = files(&tests.join("corpus").join(target));
    assert!(files.len() >= 10, "{target} has no corpus");
    // Recordings of real servers are at hand for other tests.
    let recorded = match target {
        "config" => self::files(&tests.join("fixtures")),
        "sse" => self::files(&tests.join("fixtures/streams")),
        _ => Vec::new(),
    };
    files.extend(recorded);
    let read = |path: PathBuf| {
        let input = fs::read(&path).expect("a kept input can be read");
        (path, input)
    };
    files.into_iter().map(read).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries =
        fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let paths = entries.map(|entry| entry.expect("a folder can be read").path());
    let mut files: Vec<PathBuf> = paths.filter(|path| path.is_file()).collect();
    files.sort();
    files
}

fn number(variable: &str) -> Option<u64> {
    let text = std::env::var(variable).ok()?;
    let number = text.parse();
    Some(number.unwrap_or_else(|_| panic!("{variable} is a whole number, not {text:?}")))
}
