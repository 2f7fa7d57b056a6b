//! What the program posts on a page, compared with what a real browser posts there.
//!
//! The recordings in `tests/fixtures/pages` were made with `tests/spaces/record_pages.py`. Every difference must be
//! listed in `tests/spaces/differences.txt` with its reason, and every line there must occur.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

const DIFFERENCES: &str = include_str!("../spaces/differences.txt");

/// A function and the kinds of values that it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Post {
    function: i64,
    inputs: Vec<String>,
}

/// Something that the program does in another way than a browser, at one function of one page.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    page: String,
    function: i64,
    kind: Kind,
}

/// How two courses differ at one function.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// The browser runs it and the program does not.
    NotRun,
    /// The program runs it and the browser does not.
    RunBesides,
    /// It is run another number of times.
    OtherTimes,
    /// It is sent other kinds of values.
    OtherInputs,
    /// It is run before what a browser runs before it.
    OtherOrder,
}

const KINDS: [(Kind, &str); 5] = [
    (Kind::NotRun, "not run"),
    (Kind::RunBesides, "run besides"),
    (Kind::OtherTimes, "other times"),
    (Kind::OtherInputs, "other inputs"),
    (Kind::OtherOrder, "other order"),
];

impl Post {
    /// Reads an entry of a recording, or a line of the server's record.
    pub fn read(value: &Value) -> Self {
        let inputs = value["inputs"].as_array().into_iter().flatten();
        Self {
            function: value["fn_index"].as_i64().expect("a function has a number"),
            inputs: inputs
                .map(|kind| kind.as_str().unwrap_or_default().to_owned())
                .collect(),
        }
    }
}

/// Where `ours` differs from `browsers`, in one phase of a visit.
pub fn differences(page: &str, browsers: &[Post], ours: &[Post]) -> BTreeSet<Difference> {
    let functions: BTreeSet<i64> = browsers
        .iter()
        .chain(ours)
        .map(|post| post.function)
        .collect();
    let mut found = BTreeSet::new();
    let mut add = |function: i64, kind: Kind| {
        found.insert(Difference {
            page: page.to_owned(),
            function,
            kind,
        });
    };
    for &function in &functions {
        let of = |posts: &[Post]| -> Vec<Vec<String>> {
            let posts = posts.iter().filter(|post| post.function == function);
            posts.map(|post| post.inputs.clone()).collect()
        };
        let (theirs, own) = (of(browsers), of(ours));
        match (theirs.len(), own.len()) {
            (_, 0) => add(function, Kind::NotRun),
            (0, _) => add(function, Kind::RunBesides),
            (theirs, own) if theirs != own => add(function, Kind::OtherTimes),
            _ if theirs != own => add(function, Kind::OtherInputs),
            _ => {}
        }
    }
    let order = |posts: &[Post], others: &[Post]| -> Vec<i64> {
        let mut order: Vec<i64> = Vec::new();
        for post in posts {
            let is_common = others.iter().any(|other| other.function == post.function);
            if is_common && !order.contains(&post.function) {
                order.push(post.function);
            }
        }
        order
    };
    let (theirs, own) = (order(browsers, ours), order(ours, browsers));
    if let Some((_, function)) = theirs.iter().zip(&own).find(|(theirs, own)| theirs != own) {
        add(*function, Kind::OtherOrder);
    }
    found
}

impl Difference {
    /// The page.
    pub fn page(&self) -> &str {
        &self.page
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = KINDS.iter().find(|(kind, _)| *kind == self.kind);
        let word = word.map_or("", |(_, word)| word);
        write!(f, "{} {} {word}", self.page, self.function)
    }
}

/// The differences of a version that are known, each line `VERSIONS PAGE FUNCTION KIND: REASON`.
pub fn known(version: &str) -> BTreeSet<Difference> {
    let lines = DIFFERENCES
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    let read = |line: &str| {
        let (what, reason) = line
            .split_once(": ")
            .unwrap_or_else(|| panic!("no reason in {line:?}"));
        assert!(!reason.trim().is_empty(), "no reason in {line:?}");
        let mut words = what.splitn(4, ' ');
        let mut next = || {
            words
                .next()
                .unwrap_or_else(|| panic!("too short: {line:?}"))
        };
        let (versions, page, function, word) = (next(), next(), next(), next());
        let kind = KINDS.iter().find(|(_, known)| *known == word);
        versions
            .split(',')
            .any(|listed| listed == version)
            .then(|| Difference {
                page: page.to_owned(),
                function: function
                    .parse()
                    .unwrap_or_else(|_| panic!("no number in {line:?}")),
                kind: kind.unwrap_or_else(|| panic!("no kind in {line:?}")).0,
            })
    };
    lines.filter_map(read).collect()
}
