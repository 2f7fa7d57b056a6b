//! A chat completion as it comes: what of it is new, and how it ended.
//!
//! No I/O: it takes the data of server-sent events, or a whole answer. The same events give the same result however their
//! bytes were cut, because cutting is `http::sse`'s business. Tags in the text are not looked at here.

use super::chunk::{Chunk, Finish, PromptProgress, Usage};
use super::failure::ServerFailure;
use crate::http::json;

/// So many events in a row that are no JSON, and the server is not understood.
const MOST_STRANGE: usize = 3;

/// Something that is new.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// More of the reply.
    Text(String),
    /// More of the thoughts.
    Reasoning(String),
    /// How far the prompt is read.
    Progress(PromptProgress),
}

/// How a reply ended.
#[derive(Debug, Clone, PartialEq)]
pub enum End {
    /// As the server said.
    Finished(Finish),
    /// With a failure that the server told of. What came before is kept.
    Failed(ServerFailure),
    /// In the middle, without a word.
    BrokenOff,
    /// Without a word, and nothing came.
    Silent,
    /// With events that are not understood.
    Strange,
}

/// A completion, as far as it came.
#[derive(Debug)]
pub struct Completion {
    /// What the values of one event may take, in bytes.
    budget: usize,
    has_text: bool,
    has_reasoning: bool,
    finish: Option<Finish>,
    failure: Option<ServerFailure>,
    is_over: bool,
    strange: usize,
    /// What it cost, as told last.
    pub usage: Option<Usage>,
    /// The model that answers.
    pub model: Option<String>,
    /// The tools that it asked for, which it does not get.
    pub tools: Vec<String>,
}

impl Completion {
    /// Nothing yet, of events that may have `limit` bytes.
    pub fn new(limit: usize) -> Self {
        Self {
            budget: json::budget(limit),
            has_text: false,
            has_reasoning: false,
            finish: None,
            failure: None,
            is_over: false,
            strange: 0,
            usage: None,
            model: None,
            tools: Vec::new(),
        }
    }

    /// Takes the data of an event, and adds what is new in it to `pieces`.
    pub fn take(&mut self, mut data: Vec<u8>, pieces: &mut Vec<Piece>) {
        if self.is_over {
            return;
        }
        if data.trim_ascii_start().starts_with(b"[DONE]") {
            self.is_over = true;
            return;
        }
        // One event more is read behind a failure: some say it twice, the second time better.
        self.is_over = self.failure.is_some();
        // A token may end in the middle of an emoji: half of one is no reason to lose the rest.
        if let Ok(value) = json::read(&mut data, self.budget) {
            self.strange = 0;
            self.take_chunk(Chunk::of(&value), pieces);
        } else {
            self.strange += 1;
            self.is_over |= self.strange >= MOST_STRANGE;
        }
    }

    fn take_chunk(&mut self, chunk: Chunk, pieces: &mut Vec<Piece>) {
        if let Some(progress) = chunk.progress {
            pieces.push(Piece::Progress(progress));
        }
        if !chunk.reasoning.is_empty() {
            self.has_reasoning = true;
            pieces.push(Piece::Reasoning(chunk.reasoning));
        }
        // The whole message at the end says again what came in pieces.
        let whole = chunk
            .whole
            .filter(|_| !self.has_text && chunk.text.is_empty());
        let text = whole.unwrap_or(chunk.text);
        if !text.is_empty() {
            self.has_text = true;
            pieces.push(Piece::Text(text));
        }
        // Some servers say the name again in each piece of its arguments.
        for tool in chunk.tools {
            if !self.tools.contains(&tool) {
                self.tools.push(tool);
            }
        }
        self.usage = chunk.usage.or(self.usage);
        self.model = chunk.model.or(self.model.take());
        self.finish = chunk.finish.or(self.finish.take());
        let failure = chunk.failure.or_else(|| {
            let is_failed = self.finish == Some(Finish::Failed);
            is_failed.then(ServerFailure::default)
        });
        // The first that says something stays.
        if self
            .failure
            .as_ref()
            .is_none_or(|before| before.message.is_empty())
        {
            self.failure = failure.or(self.failure.take());
        }
    }

    /// Whether nothing more is to come.
    pub fn is_over(&self) -> bool {
        self.is_over
    }

    /// Whether the server has said why it ended. Only what it cost may still come, and some never close the stream.
    pub fn is_finished(&self) -> bool {
        self.finish.is_some()
    }

    /// Whether anything of the reply came, thoughts included.
    pub fn has_begun(&self) -> bool {
        self.has_text || self.has_reasoning
    }

    /// Whether it thought and said nothing.
    pub fn is_thought_only(&self) -> bool {
        self.has_reasoning && !self.has_text
    }

    /// Whether the server told of a failure.
    pub fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    /// How it ended, when the stream has.
    pub fn end(&self) -> End {
        if let Some(failure) = &self.failure {
            return End::Failed(failure.clone());
        }
        match &self.finish {
            Some(finish) => End::Finished(finish.clone()),
            None if self.strange >= MOST_STRANGE => End::Strange,
            None if self.has_begun() || !self.tools.is_empty() => End::BrokenOff,
            // What came was something, and nothing of it a reply.
            None if self.strange > 0 => End::Strange,
            None => End::Silent,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(events: &[&str]) -> (Completion, String, String) {
        let (mut completion, mut pieces) = (Completion::new(1 << 20), Vec::new());
        for event in events {
            completion.take(event.as_bytes().to_vec(), &mut pieces);
        }
        let (mut text, mut reasoning) = (String::new(), String::new());
        for piece in pieces {
            match piece {
                Piece::Text(more) => text += &more,
                Piece::Reasoning(more) => reasoning += &more,
                Piece::Progress(_) => {}
            }
        }
        (completion, text, reasoning)
    }

    const FIRST: &str = r#"{"choices":[{"index":0,"delta":{"role":"assistant","content":null},"finish_reason":null}]}"#;
    const HELLO: &str =
        r#"{"model":"m","choices":[{"index":0,"delta":{"content":"Hello"},"finish_reason":null}]}"#;
    const STOP: &str = r#"{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#;
    const DONE: &str = "[DONE]";

    #[test]
    fn a_plain_stream_is_a_reply() {
        let usage = r#"{"choices":[],"usage":{"prompt_tokens":33,"completion_tokens":8,"total_tokens":41,"prompt_tokens_details":{"cached_tokens":32}}}"#;
        let (completion, text, _) = read(&[FIRST, HELLO, STOP, usage, DONE]);
        assert_eq!(text, "Hello");
        assert_eq!(completion.end(), End::Finished(Finish::Stop));
        assert!(completion.is_over());
        let usage = completion.usage.unwrap();
        assert_eq!(
            (usage.prompt, usage.cached, usage.completion),
            (33, Some(32), 8)
        );
        assert_eq!(completion.model.as_deref(), Some("m"));
    }

    #[test]
    fn a_usage_chunk_may_have_no_choices_at_all() {
        for usage in [
            r#"{"choices":null,"usage":{"prompt_tokens":1}}"#,
            r#"{"usage":{"prompt_tokens":1}}"#,
        ] {
            let (completion, ..) = read(&[HELLO, STOP, usage]);
            assert_eq!(completion.usage.unwrap().prompt, 1);
        }
    }

    #[test]
    fn thoughts_have_two_names_and_are_taken_once() {
        for delta in [
            r#"{"reasoning_content":"hm"}"#,
            r#"{"reasoning":"hm"}"#,
            r#"{"reasoning_content":"hm","reasoning":"hm"}"#,
            r#"{"reasoning_content":"","reasoning":"hm"}"#,
            r#"{"reasoning":"hm","reasoning_details":[{"text":"hm"}]}"#,
        ] {
            let event = format!(r#"{{"choices":[{{"delta":{delta}}}]}}"#);
            let (completion, text, reasoning) = read(&[&event, STOP]);
            assert_eq!((text.as_str(), reasoning.as_str()), ("", "hm"), "{delta}");
            assert!(completion.is_thought_only());
        }
    }

    #[test]
    fn a_failure_in_the_stream_keeps_what_came_in_all_of_its_shapes() {
        let error = r#"{"error":{"message":"out of memory","type":"server_error"}}"#;
        let both = r#"{"error":{"code":502,"message":"out of memory"},"choices":[{"delta":{"content":"!"},"finish_reason":"error"}]}"#;
        let lm_studio = r#"{"error":{"message":"out of memory"},"message":"out of memory"}"#;
        for (events, text) in [
            (&[HELLO, error, DONE][..], "Hello"),
            (&[HELLO, error], "Hello"),
            (&[HELLO, both, DONE], "Hello!"),
            (&[HELLO, lm_studio], "Hello"),
            (&[HELLO, r#"{"error":"out of memory"}"#, DONE], "Hello"),
        ] {
            let (completion, came, _) = read(events);
            assert_eq!(came, text);
            let End::Failed(failure) = completion.end() else {
                panic!("{events:?}");
            };
            assert_eq!(failure.message, "out of memory");
        }
    }

    #[test]
    fn an_end_without_a_word_is_no_success() {
        assert_eq!(read(&[FIRST, HELLO]).0.end(), End::BrokenOff);
        assert_eq!(read(&[FIRST, HELLO, DONE]).0.end(), End::BrokenOff);
        assert_eq!(read(&[FIRST]).0.end(), End::Silent);
        assert_eq!(read(&[DONE]).0.end(), End::Silent);
        assert_eq!(read(&["a", "b", "c"]).0.end(), End::Strange);
        assert_eq!(read(&[FIRST, "{\"choices\":[{"]).0.end(), End::Strange);
        assert_eq!(
            read(&["a", "b", HELLO, "c", STOP]).0.end(),
            End::Finished(Finish::Stop)
        );
    }

    #[test]
    fn a_whole_answer_instead_of_a_stream_is_a_reply() {
        let whole = "\n\n {\"choices\":[{\"message\":{\"content\":\"Hello\",\"reasoning\":\"hm\"},\"finish_reason\":\"length\"}]}";
        let (completion, text, reasoning) = read(&[whole]);
        assert_eq!((text.as_str(), reasoning.as_str()), ("Hello", "hm"));
        assert_eq!(completion.end(), End::Finished(Finish::Length));
    }

    #[test]
    fn a_whole_message_behind_its_pieces_is_not_said_again() {
        let again = r#"{"choices":[{"message":{"content":"Hello"},"finish_reason":"stop"}]}"#;
        assert_eq!(read(&[HELLO, again]).1, "Hello");
    }

    #[test]
    fn a_tool_that_nobody_offered_is_named() {
        let call = r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"search","arguments":"{"}}]},"finish_reason":null}]}"#;
        let more = r#"{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"}"}}]},"finish_reason":"tool_calls"}]}"#;
        let (completion, ..) = read(&[call, more]);
        let again = read(&[call, call, more]).0;
        assert_eq!(
            (completion.tools.len(), again.tools),
            (1, vec!["search".to_owned()])
        );
        assert_eq!(completion.end(), End::Finished(Finish::ToolCall));
    }

    #[test]
    fn half_an_emoji_loses_nothing_but_itself() {
        let half = r#"{"choices":[{"delta":{"content":"so \ud83d"}}]}"#;
        assert_eq!(read(&[half, STOP]).1, "so \u{fffd}");
    }

    #[test]
    fn an_unknown_reason_keeps_its_name() {
        let unload = r#"{"choices":[{"delta":{},"finish_reason":"unload"}]}"#;
        let expected = End::Finished(Finish::Other("unload".to_owned()));
        assert_eq!(read(&[HELLO, unload]).0.end(), expected);
    }
}
