//! The settings file: defaults, wrong entries, limits.

use super::*;

#[test]
fn the_commented_defaults_are_the_defaults() {
    let entries: String = DEFAULT_FILE
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(entry) if !entry.starts_with(' ') => format!("{entry}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    assert_ne!(entries, DEFAULT_FILE);
    for text in [entries.as_str(), DEFAULT_FILE] {
        let settings = Settings::parse(text).unwrap();
        let expected = Settings {
            text: text.to_owned(),
            ..Settings::default()
        };
        assert_eq!(settings, expected);
    }
}

#[test]
fn a_wrong_entry_is_named_with_its_line_and_a_suggestion_and_the_rest_holds() {
    let text = "[chat]\nspaec = \"x\"\nmodel = \"m\"\n\n[netwrok]\nidle_timeout = 1\n\n[network]\nidle_timeout = -1\nconnect_timeout = 3\nproxy = 5\n\n[keys]\nfind = \"ctrl+y\"\n";
    let settings = Settings::parse(text).unwrap();
    assert_eq!(settings.chat.model, "m");
    assert!((settings.network.connect_timeout - 3.0).abs() < f64::EPSILON);
    assert!((settings.network.idle_timeout - 60.0).abs() < f64::EPSILON);
    assert_eq!(settings.keys["find"].all(), ["ctrl+y"]);
    let complaints = settings.complaints.join("\n");
    for expected in [
        "line 2: spaec is unknown. Did you mean space?",
        "line 6: idle_timeout is in the unknown section [netwrok]. Did you mean network?",
        "line 9: idle_timeout is -1, not from 0 to 86400 seconds",
        "line 11: proxy is invalid",
    ] {
        assert!(complaints.contains(expected), "{expected}: {complaints}");
    }
    assert_eq!(settings.complaints.len(), 4);
}

#[test]
fn numbers_that_could_not_work_are_refused() {
    for (entry, words) in [
        ("frame_limit = 0", "from 1 to 1024 megabytes"),
        ("frame_limit = 1025", "from 1 to 1024 megabytes"),
        ("frame_limit = 17592186044416", "from 1 to 1024 megabytes"),
        ("frame_limit = -1", "is invalid"),
        ("idle_timeout = 0", "is 0, and must be larger"),
        ("connect_timeout = 0.0", "is 0, and must be larger"),
        ("queue_patience = 1e300", "from 0 to 86400 seconds"),
        ("cancel_timeout = nan", "from 0 to 86400 seconds"),
    ] {
        let settings = Settings::parse(&format!("[network]\n{entry}\n")).unwrap();
        let complaints = settings.complaints.join("\n");
        assert!(complaints.contains(words), "{entry}: {complaints}");
        assert_eq!(settings.network, NetworkSettings::default());
    }
    for entry in [
        "queue_patience = 0",
        "cancel_timeout = 0",
        "frame_limit = 1024",
    ] {
        let settings = Settings::parse(&format!("[network]\n{entry}\n")).unwrap();
        assert!(settings.complaints.is_empty(), "{entry}");
    }
}

#[test]
fn a_file_that_is_no_toml_is_refused_with_its_line() {
    let error = Settings::parse("[chat]\nspace = \n").unwrap_err();
    assert!(error.contains("line 2"), "{error}");
}

#[test]
fn a_named_file_must_exist() {
    let missing = Path::new("/nonexistent/spacechat.toml");
    assert!(matches!(
        Settings::load(Some(missing)),
        Err(ConfigError::Unreadable { .. })
    ));
}

#[test]
fn a_source_has_two_names_in_the_file_and_the_new_one_wins() {
    for (text, source, is_fine) in [
        ("space = \"a/b\"", "a/b", true),
        ("source = \"ollama:gemma3:4b\"", "ollama:gemma3:4b", true),
        ("space = \"a/b\"\nsource = \"hf\"", "hf", false),
    ] {
        let settings = Settings::parse(&format!("[chat]\n{text}\n")).unwrap();
        assert_eq!(settings.chat.source, source);
        assert_eq!(settings.complaints.is_empty(), is_fine, "{text}");
        let names_line = |complaint: &String| complaint.starts_with("line 2: space is the other");
        assert!(settings.complaints.iter().all(names_line));
    }
}
