//! No circles between files, nor between rooms: what uses what, read from the sources as text, with names followed through re-exports to the
//! file that defines them.
//!
//! A file below a module may use what that module's own file defines: the two are one thing. That a module passes on a
//! name of a file below it does not make it depend on that file.

use super::{Source, sources};
use std::collections::{BTreeMap, BTreeSet};

/// How many re-exports are followed from one name: more than there are in a row.
const FOLLOWED: usize = 16;

/// A module's path: `["store", "reader"]`; the library's own is empty.
type Place = Vec<String>;

/// What a file says of names.
#[derive(Default)]
struct File {
    /// The modules below it.
    below: BTreeSet<String>,
    /// Names that it brings in or passes on, and where they lead.
    names: BTreeMap<String, Place>,
    /// Paths that it uses.
    uses: BTreeSet<Place>,
}

fn place(source: &Source) -> Place {
    let inner = source.path.trim_end_matches(".rs");
    if inner == "lib" {
        return Vec::new();
    }
    inner.split('/').map(str::to_owned).collect()
}

/// The words and signs of code: names, `::`, and every other character that is no space.
fn tokens(code: &str) -> Vec<&str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut tokens = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let end = if is_word(first) {
            rest.find(|c| !is_word(c)).unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        tokens.push(&rest[..end]);
        rest = rest[end..].trim_start();
    }
    tokens
}

/// The paths of a `use`, each with the name that it has from then on, and what follows the `use`.
fn leaves<'a>(
    tokens: &'a [&'a str],
    before: &[&'a str],
) -> (Vec<(Vec<&'a str>, &'a str)>, &'a [&'a str]) {
    let mut path = before.to_vec();
    let mut rest = tokens;
    let mut found = Vec::new();
    loop {
        match rest {
            ["::", after @ ..] => rest = after,
            ["{", after @ ..] => {
                rest = after;
                while !matches!(rest, [] | ["}" | ";", ..]) {
                    let (inner, after) = leaves(rest, &path);
                    found.extend(inner);
                    rest = after.strip_prefix(&[","]).unwrap_or(after);
                }
                return (found, rest.get(1..).unwrap_or_default());
            }
            ["as", name, after @ ..] => {
                found.push((path, name));
                return (found, after);
            }
            ["," | ";" | "}", ..] | [] => {
                if path.last() == Some(&"self") && path.len() > 1 {
                    path.pop();
                }
                let name = path.last().copied().unwrap_or_default();
                found.push((path, name));
                return (found, rest);
            }
            [segment, after @ ..] => {
                path.push(segment);
                rest = after;
            }
        }
    }
}

/// Where a path of the file at `here` begins to lead, from the root of the library; `None` for another library's.
fn absolute(path: &[&str], here: &Place, file: &File) -> Option<Place> {
    let (mut at, rest) = match path {
        ["crate", rest @ ..] => (Vec::new(), rest),
        ["self", rest @ ..] => (here.clone(), rest),
        ["super", ..] => (here.clone(), path),
        [first, ..] if file.below.contains(*first) => (here.clone(), path),
        [first, rest @ ..] if file.names.contains_key(*first) => (file.names[*first].clone(), rest),
        _ => return None,
    };
    let ups = rest
        .iter()
        .take_while(|segment| **segment == "super")
        .count();
    at.truncate(at.len().saturating_sub(ups));
    let down = rest[ups..].iter().filter(|segment| **segment != "*");
    at.extend(down.map(|segment| (*segment).to_owned()));
    Some(at)
}

fn read(source: &Source) -> File {
    let here = place(source);
    let code = source.code();
    let tokens = tokens(&code);
    let mut file = File::default();
    for window in tokens.windows(3) {
        if let ["mod", name, ";"] = window {
            file.below.insert((*name).to_owned());
        }
    }
    let mut rest = tokens.as_slice();
    let mut is_passed_on = false;
    while let [first, after @ ..] = rest {
        match *first {
            // `use<>` behind a type says which of its parameters are held.
            "use" if after.first() != Some(&"<") => {
                let (found, behind) = leaves(after, &[]);
                for (path, name) in found {
                    let Some(target) = absolute(&path, &here, &file) else {
                        continue;
                    };
                    if !is_passed_on {
                        file.uses.insert(target.clone());
                    }
                    if name != "*" {
                        file.names.insert(name.to_owned(), target);
                    }
                }
                rest = behind;
            }
            word => {
                let is_start = matches!(word, "crate" | "super" | "self")
                    || file.below.contains(word)
                    || file.names.contains_key(word);
                let (path, behind) = path(rest);
                if is_start
                    && path.len() > 1
                    && let Some(target) = absolute(&path, &here, &file)
                {
                    file.uses.insert(target);
                }
                rest = behind;
            }
        }
        // `pub use`, `pub(super) use`: the word before is `pub` or the end of what stands behind it.
        is_passed_on = match *first {
            "pub" => true,
            "(" | ")" | "super" | "in" | "crate" | "::" => is_passed_on,
            _ => false,
        };
    }
    file
}

/// The path that begins here, and what follows it.
fn path<'a>(tokens: &'a [&'a str]) -> (Vec<&'a str>, &'a [&'a str]) {
    let mut path = vec![tokens[0]];
    let mut rest = &tokens[1..];
    while let ["::", name, after @ ..] = rest
        && name.starts_with(|c: char| c.is_alphabetic() || c == '_')
    {
        path.push(name);
        rest = after;
    }
    (path, rest)
}

/// The file that defines what a path leads to.
fn defining(path: &[String], files: &BTreeMap<Place, File>, follow: usize) -> Option<Place> {
    let mut at = Place::new();
    for (index, segment) in path.iter().enumerate() {
        let file = files.get(&at)?;
        if file.below.contains(segment) {
            at.push(segment.clone());
        } else if let Some(target) = file.names.get(segment)
            && follow > 0
        {
            let further = [target.as_slice(), &path[index + 1..]].concat();
            return defining(&further, files, follow - 1);
        } else {
            return Some(at);
        }
    }
    Some(at)
}

/// Which files each file uses, but for those of the modules that it is below.
fn graph(sources: &[Source]) -> BTreeMap<Place, BTreeSet<Place>> {
    let files: BTreeMap<Place, File> = sources
        .iter()
        .filter(|source| !source.is_test() && source.top() != "main")
        .map(|source| (place(source), read(source)))
        .collect();
    let used = |place: &Place, file: &File| {
        let found = file
            .uses
            .iter()
            .filter_map(|path| defining(path, &files, FOLLOWED));
        found.filter(|target| !place.starts_with(target)).collect()
    };
    files
        .iter()
        .map(|(place, file)| (place.clone(), used(place, file)))
        .collect()
}

/// All that can be reached from a file.
fn reached(from: &Place, graph: &BTreeMap<Place, BTreeSet<Place>>) -> BTreeSet<Place> {
    let mut found = BTreeSet::new();
    let mut open = vec![from];
    while let Some(place) = open.pop() {
        for next in graph.get(place).into_iter().flatten() {
            if found.insert(next.clone()) {
                open.push(next);
            }
        }
    }
    found
}

/// Every use that is part of a circle.
fn circles(graph: &BTreeMap<Place, BTreeSet<Place>>) -> Vec<String> {
    let reach: BTreeMap<&Place, BTreeSet<Place>> = graph
        .keys()
        .map(|place| (place, reached(place, graph)))
        .collect();
    let mut found = Vec::new();
    for (place, used) in graph {
        for target in used {
            if reach
                .get(target)
                .is_some_and(|reached| reached.contains(place))
            {
                found.push(format!("{} uses {}", place.join("::"), target.join("::")));
            }
        }
    }
    found
}

/// Which rooms each room uses. A room is a module of `app` or `ui` with all that is below it; what the two files `app.rs` and
/// `ui.rs` hold belongs to no room.
fn rooms(graph: &BTreeMap<Place, BTreeSet<Place>>) -> BTreeMap<Place, BTreeSet<Place>> {
    let room = |place: &Place| -> Option<Place> {
        let is_in_a_room = place.len() > 1 && ["app", "ui"].contains(&place[0].as_str());
        is_in_a_room.then(|| place[..2].to_vec())
    };
    let mut rooms: BTreeMap<Place, BTreeSet<Place>> = BTreeMap::new();
    for (place, used) in graph {
        let Some(from) = room(place) else { continue };
        let used = used.iter().filter_map(room).filter(|to| *to != from);
        let used: BTreeSet<Place> = used.collect();
        rooms.entry(from).or_default().extend(used);
    }
    rooms
}

#[test]
fn rooms_do_not_use_each_other_in_circles() {
    let found = circles(&rooms(&graph(&sources())));
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn files_do_not_use_each_other_in_circles() {
    let found = circles(&graph(&sources()));
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn a_circle_is_found_through_a_re_export_and_a_path_without_an_import() {
    let source = |path: &str, text: &str| Source {
        path: path.to_owned(),
        text: text.to_owned(),
    };
    let mut sources = vec![
        source("lib.rs", "pub mod room;"),
        source(
            "room.rs",
            "mod one;\nmod two;\npub use two::{Two, other as Third};\npub struct Own;",
        ),
        source(
            "room/one.rs",
            "use super::{Own, Third};\npub struct One(Own);",
        ),
        source("room/two.rs", "pub struct Two;\npub fn other() {}"),
    ];
    assert_eq!(circles(&graph(&sources)), [""; 0]);
    sources[3].text += "fn late() { let _ = super::one::One; }";
    let expected = ["room::one uses room::two", "room::two uses room::one"];
    assert_eq!(circles(&graph(&sources)), expected);
}
