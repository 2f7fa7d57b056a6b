use super::*;
use proptest::prelude::*;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The recorded streams: a completed or failed job each, of Gradio 4.8 to 6.31.
fn recordings() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/streams");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(files.len() > 15, "the recordings are missing");
    files
}

/// The first job named in the recording; the oldest protocol names none.
fn event_id(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let named = text.split("\"event_id\":").skip(1);
    named
        .filter_map(|rest| rest.trim_start().strip_prefix('"')?.split_once('"'))
        .map(|(id, _)| id.to_owned())
        .next()
        .unwrap_or_default()
}

fn job(bytes: &[u8], name: &str) -> OneJob {
    let dialect = Dialect {
        sends_diffs: !name.contains("4.8") && !name.contains("4.16"),
        quotes_errors: name.contains("-4."),
    };
    OneJob::new(dialect, &event_id(bytes), 1 << 20)
}

/// A stream of one job.
struct OneJob(Jobs, String);

impl OneJob {
    fn new(dialect: Dialect, event_id: &str, limit: usize) -> Self {
        let mut jobs = Jobs::new(dialect, limit, "test".to_owned());
        jobs.add(event_id.to_owned());
        Self(jobs, event_id.to_owned())
    }

    fn push(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.0.push(bytes)
    }

    fn next_update(&mut self) -> Result<Option<Update>, Error> {
        let Some(JobUpdate { event_id, update }) = self.0.next_update()? else {
            return Ok(None);
        };
        if update == Update::SendData {
            self.1 = event_id.unwrap();
        }
        match update {
            Update::Failed(error) => Err(error),
            Update::Closed => Err(self.0.ended_early()),
            update => Ok(Some(update)),
        }
    }

    fn outputs(&self) -> &Outputs {
        self.0.outputs(&self.1).unwrap()
    }
}

const DIFFS: Dialect = Dialect {
    sends_diffs: true,
    quotes_errors: false,
};

fn mine() -> OneJob {
    OneJob::new(DIFFS, "mine", 1 << 20)
}

/// The updates of a stream that arrives in pieces, and the outputs before and after its end.
fn replay<'a>(
    mut job: OneJob,
    pieces: impl IntoIterator<Item = &'a [u8]>,
) -> (Vec<Result<Update, Error>>, Vec<Value>, Vec<Value>) {
    let (mut updates, mut before) = (Vec::new(), Vec::new());
    let values = |job: &OneJob| {
        (0..9)
            .map_while(|output| job.outputs().get(output).cloned())
            .collect()
    };
    for piece in pieces {
        job.push(piece).unwrap();
        loop {
            before = if matches!(updates.last(), Some(Ok(Update::Values(_)))) {
                values(&job)
            } else {
                before
            };
            match job.next_update() {
                Ok(None) => break,
                Ok(Some(update @ (Update::Completed | Update::Cancelled))) => {
                    updates.push(Ok(update));
                    return (updates, before, values(&job));
                }
                Ok(Some(update)) => updates.push(Ok(update)),
                Err(error) => {
                    updates.push(Err(error));
                    return (updates, before, values(&job));
                }
            }
        }
    }
    panic!("the recording has no end: {updates:?}");
}

#[test]
fn every_recorded_stream_rebuilds_the_value_that_its_completed_message_holds() {
    for file in recordings() {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(&file).unwrap();
        let (updates, before, end) = replay(job(&bytes, &name), [bytes.as_slice()]);
        match updates.last().unwrap() {
            Ok(Update::Completed) => assert_eq!(before, end, "{name}"),
            Ok(Update::Cancelled) => assert!(name.contains("cancel"), "{name}"),
            Err(Error::Failed { message: None, .. }) => assert!(name.contains("err"), "{name}"),
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn a_recorded_stream_that_arrives_byte_by_byte_says_the_same() {
    for file in recordings() {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let bytes = std::fs::read(&file).unwrap();
        let whole = replay(job(&bytes, &name), [bytes.as_slice()]);
        let dripped = replay(job(&bytes, &name), bytes.chunks(1));
        assert_eq!(whole, dripped, "{name}");
    }
}

#[test]
fn what_a_reply_said_before_it_failed_stays_readable() {
    let bytes = include_bytes!("../../../tests/fixtures/streams/qwen-webui-4.44.2.err.sse");
    let (_, _, end) = replay(job(bytes, "qwen"), [bytes.as_slice()]);
    assert_eq!(
        end[0][0][1][0]["text"],
        json!("Hello world wor wor\n\n\n\nend")
    );
}

#[test]
fn messages_of_another_job_are_passed_over() {
    let mut job = mine();
    job.push(b"data: {\"msg\":\"process_starts\",\"event_id\":\"other\"}\n\n")
        .unwrap();
    assert_eq!(job.next_update(), Ok(None));
    for message in ["unexpected_error", "close_stream", "queue_full"] {
        let frame = json!({"msg": message, "event_id": "other", "message": "of another"});
        job.push(format!("data: {frame}\n\n").as_bytes()).unwrap();
        assert_eq!(job.next_update(), Ok(None), "{message}");
    }
    job.push(b"data: {\"msg\":\"heartbeat\",\"event_id\":null}\n\n")
        .unwrap();
    assert_eq!(job.next_update(), Ok(Some(Update::Heartbeat)));
    job.push(b"data: {\"msg\":\"unexpected_error\",\"event_id\":null,\"message\":\"the end\"}\n\n")
        .unwrap();
    assert!(matches!(job.next_update(), Err(Error::Unexpected { .. })));
}

fn say(event_id: &str, kind: &str, output: &Value) -> Vec<u8> {
    let frame =
        json!({"msg": kind, "event_id": event_id, "success": true, "output": {"data": [output]}});
    format!("data: {frame}\n\n").into_bytes()
}

#[test]
fn two_jobs_of_one_stream_keep_their_outputs_apart() {
    let mut jobs = Jobs::new(DIFFS, 1 << 20, "test".to_owned());
    jobs.add("a".to_owned());
    jobs.add("b".to_owned());
    for (event_id, output) in [
        ("a", json!("one")),
        ("b", json!("two")),
        ("a", json!([["append", [], "!"]])),
        ("b", json!([["append", [], "?"]])),
    ] {
        jobs.push(&say(event_id, "process_generating", &output))
            .unwrap();
        let heard = jobs.next_update().unwrap().unwrap();
        assert_eq!(heard.event_id.as_deref(), Some(event_id));
    }
    let value = |jobs: &Jobs, id| jobs.outputs(id).and_then(|kept| kept.get(0).cloned());
    assert_eq!(value(&jobs, "a"), Some(json!("one!")));
    assert_eq!(value(&jobs, "b"), Some(json!("two?")));
    assert!(jobs.take("a").is_some() && jobs.take("a").is_none());
}

#[test]
fn what_a_stream_says_of_a_job_before_the_job_is_named_is_heard_once_it_is() {
    let mut jobs = Jobs::new(DIFFS, 1 << 20, "test".to_owned());
    jobs.add("a".to_owned());
    jobs.push(&say("b", "process_generating", &json!("early")))
        .unwrap();
    assert_eq!(jobs.next_update(), Ok(None));
    jobs.add("b".to_owned());
    jobs.push(&say(
        "b",
        "process_generating",
        &json!([["append", [], " late"]]),
    ))
    .unwrap();
    while let Some(heard) = jobs.next_update().unwrap() {
        assert_eq!(heard.event_id.as_deref(), Some("b"));
    }
    let value = jobs.outputs("b").and_then(|kept| kept.get(0).cloned());
    assert_eq!(value, Some(json!("early late")));
}

#[test]
fn what_is_kept_of_jobs_that_nobody_names_is_bounded_by_what_it_takes_and_takes_its_part_of_the_room()
 {
    let limit = 8000;
    for (kind, output) in [
        ("process_generating", json!("x".repeat(500))),
        // Little as it arrives, and much as it is held.
        ("process_generating", json!(vec![json!([[]]); 20])),
        ("heartbeats of nobody", json!(null)),
    ] {
        let mut jobs = Jobs::new(DIFFS, limit, "test".to_owned());
        for _ in 0..100 {
            jobs.push(&say("nobody", kind, &output)).unwrap();
            assert_eq!(jobs.next_update(), Ok(None));
        }
        assert!(!jobs.early.is_empty() && jobs.bound() <= json::budget(limit));
    }
}

#[test]
fn the_outputs_of_all_jobs_together_are_bounded() {
    let limit = 4000;
    let mut jobs = Jobs::new(DIFFS, limit, "test".to_owned());
    let mut refused = None;
    for job in 0..100 {
        let event_id = job.to_string();
        jobs.add(event_id.clone());
        let output = json!("x".repeat(limit / 2));
        jobs.push(&say(&event_id, "process_generating", &output))
            .unwrap();
        if jobs.next_update().is_err() {
            refused = Some(job);
            break;
        }
    }
    assert!(refused.is_some_and(|count| count < 20), "{refused:?}");
}

#[test]
fn a_malformed_frame_is_an_error_that_shows_its_first_200_characters() {
    let mut job = mine();
    let garbage = "x".repeat(300);
    job.push(format!("data: {garbage}\n\n").as_bytes()).unwrap();
    let Err(Error::Garbled { excerpt, .. }) = job.next_update() else {
        panic!("garbage was understood");
    };
    assert_eq!(excerpt, "x".repeat(200));
}

#[test]
fn a_broken_message_of_the_app_is_not_shown_as_it_may_hold_a_prompt() {
    for broken in [
        &b"data: {\"msg\":\"process_generating\",\"text\":\"my secret\n\n"[..],
        b"data: {\"msg\":\"log\",\"log\":\"my secret \xe5\xae\"}\n\n",
    ] {
        let mut job = mine();
        job.push(broken).unwrap();
        let error = job.next_update().unwrap_err();
        assert!(matches!(error, Error::Garbled { .. }), "{error:?}");
        assert!(!format!("{error:?}").contains("secret"), "{error:?}");
    }
}

#[test]
fn a_stream_that_closes_before_the_job_is_done_is_an_error() {
    let mut job = mine();
    job.push(b"data: {\"msg\":\"close_stream\",\"event_id\":null}\n\n")
        .unwrap();
    assert!(matches!(job.next_update(), Err(Error::StreamEnded { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn any_cutting_of_a_recorded_stream_says_the_same(
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
    ) {
        let bytes = include_bytes!("../../../tests/fixtures/streams/qwen-webui-4.44.1.plain.sse");
        let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        at.extend([0, bytes.len()]);
        at.sort_unstable();
        let pieces = at.windows(2).map(|pair| &bytes[pair[0]..pair[1]]);
        prop_assert_eq!(replay(job(bytes, "qwen"), pieces), replay(job(bytes, "qwen"), [bytes.as_slice()]));
    }
}

/// The text of an error from a job of this dialect.
fn told(quotes_errors: bool, error: &str) -> Option<String> {
    let dialect = Dialect {
        quotes_errors,
        ..DIFFS
    };
    let mut job = OneJob::new(dialect, "mine", 1 << 20);
    let frame = json!({"msg": "process_completed", "event_id": "mine", "success": false, "output": {"error": error}});
    job.push(format!("data: {frame}\n\n").as_bytes()).unwrap();
    match job.next_update() {
        Err(Error::Failed { message, .. }) => message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn the_quotes_of_an_error_are_cut_only_where_gradio_4_added_them() {
    for (sent, meant) in [
        ("'no'", "no"),
        (r#""it's full""#, "it's full"),
        (r"'it\'s \\ \n'", "it's \\ \n"),
        ("'a' is not 'b'", "'a' is not 'b'"),
        ("it's", "it's"),
        ("'", "'"),
        ("", ""),
    ] {
        assert_eq!(told(true, sent).as_deref(), Some(meant));
        assert_eq!(told(false, sent).as_deref(), Some(sent));
    }
}

#[test]
fn a_value_that_diffs_let_grow_without_an_end_is_refused() {
    let limit = 10_000;
    let mut job = OneJob::new(DIFFS, "mine", limit);
    let say = |output: &Value| {
        let frame = json!({"msg": "process_generating", "event_id": "mine", "success": true, "output": {"data": [output]}});
        format!("data: {frame}\n\n")
    };
    job.push(say(&json!("")).as_bytes()).unwrap();
    let (append, replace) = (
        json!([["append", [], "x".repeat(1000)]]),
        json!([["replace", [], "y".repeat(1000)]]),
    );
    for _ in 0..100 {
        job.push(say(&replace).as_bytes()).unwrap();
    }
    for _ in 0..100 {
        job.push(say(&append).as_bytes()).unwrap();
    }
    let error = loop {
        match job.next_update() {
            Ok(Some(Update::Values(_))) => {}
            Err(error) => break error,
            other => panic!("{other:?}"),
        }
    };
    let length = job.outputs().get(0).and_then(Value::as_str).map(str::len);
    assert!(matches!(error, Error::Http(http::Error::TooLarge { .. })));
    assert!(length.is_some_and(|length| (limit..2 * limit).contains(&length)));
}
