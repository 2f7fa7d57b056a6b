//! The house rules that the compiler does not keep: which module may know which, what every module file begins with, how
//! long it may be, and which libraries stay out of the pure part. Read from the sources as text, so that a use that is
//! never compiled (another system's `cfg`) counts too.

mod circles;

use std::fs;
use std::path::Path;

/// What each top module may use of ours. `cli` may use all, and `testing` names all; test modules are not held to it.
const MAY_USE: [(&str, &[&str]); 18] = [
    ("app", &["chat", "sanitize"]),
    ("chat", &["sanitize"]),
    ("config", &["chat", "http", "provider"]),
    ("demo", &[]),
    ("gradio", &["http"]),
    ("http", &["sanitize"]),
    ("logging", &["private_file"]),
    ("main", &["program"]),
    ("markdown", &["sanitize"]),
    ("openai", &["http"]),
    ("panic_report", &["private_file", "sanitize"]),
    ("private_file", &[]),
    (
        "provider",
        &["chat", "gradio", "http", "openai", "sanitize"],
    ),
    (
        "runtime",
        &[
            "app",
            "chat",
            "demo",
            "private_file",
            "provider",
            "store",
            "terminal",
            "ui",
        ],
    ),
    ("sanitize", &[]),
    ("store", &["chat", "private_file", "sanitize"]),
    ("terminal", &[]),
    ("ui", &["app", "chat", "markdown", "sanitize"]),
];

/// The longest a file may be, in lines.
const LONGEST: usize = 450;

struct Source {
    /// Below `src/`, with `/` between its parts: `app/composer.rs`.
    path: String,
    text: String,
}

impl Source {
    /// The top module it belongs to: `app` for `app.rs` and for `app/composer.rs`.
    fn top(&self) -> &str {
        let end = self.path.find(['/', '.']).expect("a path ends in .rs");
        &self.path[..end]
    }

    /// How many modules stand above its items: one for `app.rs`, two for `app/composer.rs`.
    fn depth(&self) -> usize {
        self.path.split('/').count()
    }

    fn is_test(&self) -> bool {
        let inner = self.path.trim_end_matches(".rs");
        inner.split('/').any(|part| part == "tests")
    }

    /// The code without comments and without the test module that ends it.
    fn code(&self) -> String {
        let mut code = String::new();
        let mut lines = self.text.lines().peekable();
        while let Some(line) = lines.next() {
            let next = lines.peek().map_or("", |next| next.trim());
            if line.trim() == "#[cfg(test)]" && next.starts_with("mod ") && next.ends_with('{') {
                break;
            }
            let line = line.split(" // ").next().unwrap_or_default();
            if !line.trim_start().starts_with("//") {
                code.push_str(line);
                code.push('\n');
            }
        }
        code
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("a folder can be read") {
            let path = entry.expect("a folder can be read").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(source(&root, &path));
            }
        }
    }
    assert!(found.len() > 50, "the sources were not found");
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn source(root: &Path, path: &Path) -> Source {
    let below = path.strip_prefix(root).expect("it was found below it");
    let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy()).collect();
    Source {
        path: parts.join("/"),
        text: fs::read_to_string(path).expect("a source is readable text"),
    }
}

/// The top modules that a piece of code names: by `crate::`, by enough `super::`, or, in the binary, by `spacechat::`.
fn named(code: &str, depth: usize, crate_name: &str) -> Vec<String> {
    let up = "super::".repeat(depth);
    let mut found = Vec::new();
    for root in [crate_name, up.as_str()] {
        for (at, _) in code.match_indices(root) {
            let before = code[..at].chars().next_back();
            let is_whole = before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':');
            if is_whole {
                found.extend(first_names(&code[at + root.len()..]));
            }
        }
    }
    found
}

/// The names that a path goes on with: one, or those of a group in braces, without what follows each.
fn first_names(rest: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        let text = text.trim_start();
        let end = text.find(|c: char| !c.is_alphanumeric() && c != '_');
        text[..end.unwrap_or(text.len())].to_owned()
    };
    let Some(group) = rest.strip_prefix('{') else {
        return vec![word(rest)];
    };
    let mut names = Vec::new();
    let mut level = 0_usize;
    let mut is_first = true;
    for (at, c) in group.char_indices() {
        if is_first && level == 0 && (c.is_alphanumeric() || c == '_') {
            names.push(word(&group[at..]));
            is_first = false;
        }
        match c {
            '{' => level += 1,
            '}' if level == 0 => break,
            '}' => level -= 1,
            ',' if level == 0 => is_first = true,
            _ => {}
        }
    }
    names
}

#[test]
fn a_group_of_imports_names_each_of_its_modules() {
    let code = "use crate::{app::{Model, Event}, chat, self};\nuse super::super::ui::draw;\nlet x = xcrate::no::y;";
    assert_eq!(named(code, 2, "crate::"), ["app", "chat", "self", "ui"]);
    assert_eq!(named(code, 3, "crate::"), ["app", "chat", "self"]);
}

#[test]
fn dependencies_between_modules_go_one_way_only() {
    let mut broken = Vec::new();
    for source in sources() {
        let top = source.top();
        if source.is_test() || matches!(top, "lib" | "cli" | "testing") {
            continue;
        }
        let Some((_, allowed)) = MAY_USE.iter().find(|(module, _)| *module == top) else {
            broken.push(format!("{top} has no place in the order of modules"));
            continue;
        };
        let root = if top == "main" {
            "spacechat::"
        } else {
            "crate::"
        };
        for name in named(&source.code(), source.depth(), root) {
            if name != top && !allowed.contains(&name.as_str()) {
                broken.push(format!("{} uses {name}", source.path));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn only_the_command_line_and_main_know_the_command_line() {
    for source in sources().iter().filter(|source| !source.is_test()) {
        if !matches!(source.top(), "cli" | "main" | "lib") {
            let names = named(&source.code(), source.depth(), "crate::");
            assert!(!names.contains(&"cli".to_owned()), "{}", source.path);
        }
    }
}

#[test]
fn the_model_knows_no_runtime_network_database_or_screen() {
    for source in sources().iter().filter(|source| source.top() == "app") {
        let code = source.code();
        for library in ["tokio", "reqwest", "rusqlite", "ratatui", "hyper"] {
            assert!(
                !code.contains(&format!("{library}::")),
                "{} uses {library}",
                source.path
            );
        }
        let holds_the_text_area = source.path == "app/editor.rs";
        assert!(
            holds_the_text_area || !code.contains("tui_textarea"),
            "{} uses tui_textarea",
            source.path
        );
    }
}

#[test]
fn the_network_is_the_business_of_http_and_demo_alone() {
    for source in sources().iter().filter(|source| !source.is_test()) {
        if source.top() != "http" {
            assert!(!source.code().contains("reqwest::"), "{}", source.path);
        }
        if source.top() != "demo" {
            assert!(!source.code().contains("hyper::"), "{}", source.path);
        }
    }
}

/// That it compiles so is what `.ci/run` sees to; tests bring the feature with them.
#[test]
fn faults_are_only_in_what_is_compiled_with_their_feature_and_no_default_turns_it_on() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = fs::read_to_string(root.join("Cargo.toml")).expect("it is readable text");
    let features = manifest
        .split("\n[")
        .find(|part| part.starts_with("features]"));
    let features = features.expect("there are features");
    assert!(!features.contains("default"), "{features}");
    let script = fs::read_to_string(root.join(".ci/run")).expect("it is readable text");
    assert!(script.contains("\nstep cargo clippy --locked -- -D warnings\n"));
    let gate = "#[cfg(feature = \"faults\")]";
    for (path, gated) in [("demo.rs", "mod fault;"), ("cli.rs", "demo_fault: ")] {
        let source = sources().into_iter().find(|source| source.path == path);
        let code = source.expect("it is there").code();
        let (before, _) = code.split_once(gated).expect("it is there");
        let mut attributes = before.lines().rev().map(str::trim);
        let is_gated = attributes
            .find(|line| *line == gate || !(line.is_empty() || line.starts_with("#[")))
            .is_some_and(|line| line == gate);
        assert!(is_gated, "{path}: {gated}");
    }
}

#[test]
fn every_module_file_says_first_what_it_is_for() {
    for source in sources().iter().filter(|source| !source.is_test()) {
        assert!(source.text.starts_with("//! "), "{}", source.path);
    }
}

#[test]
fn no_file_is_too_long_to_be_read_at_once() {
    let long: Vec<_> = sources()
        .iter()
        .map(|source| (source.text.lines().count(), source.path.clone()))
        .filter(|(lines, _)| *lines > LONGEST)
        .collect();
    assert!(long.is_empty(), "{long:?}");
}

#[test]
fn no_lint_is_silenced_without_a_reason() {
    for source in sources() {
        let code = source.code();
        for silenced in ["#[allow", "#![allow"] {
            assert!(!code.contains(silenced), "{}", source.path);
        }
        for (at, _) in code.match_indices("#[expect(") {
            let end = code[at..].find(")]").expect("an attribute ends");
            assert!(
                code[at..at + end].contains("reason"),
                "{} expects a lint without a reason",
                source.path
            );
        }
    }
}
