//! Servers that speak `OpenAI`'s chat completions, each as a script: what all of them send (`streams`, `thinking`), how
//! replies fail (`failures`) and are refused (`refusals`), what their requests are (`dialects`), connections that break, move
//! or are ended (`connections`, `resuming`), lists of models (`models`), prompts that are counted (`counting`), addresses (`addresses`), and what is seen of it
//! all (`shown`).

mod addresses;
mod connections;
mod counting;
mod dialects;
mod failures;
mod models;
mod refusals;
mod resuming;
mod shown;
mod streams;
mod thinking;

use serde_json::{Value, json};
use spacechat::provider::{
    ConnectOptions, Headers, Provider, ProviderError, ServerProvider, ServerRef,
};
use tokio_util::task::TaskTracker;

use crate::received::{ReceivedReply, ask, failure_of, log, options, receive};
use crate::scripted::{Answer, Script, Server};

const MODELS: &str = "GET /v1/models";
const CHAT: &str = "POST /v1/chat/completions";

/// A server's list of one model.
fn models() -> Answer {
    let only = json!({"id": "m", "object": "model", "owned_by": "me"});
    Answer::json(200, &json!({"object": "list", "data": [only]}))
}

/// A server that answers messages with `answers`.
fn script(answers: impl IntoIterator<Item = Answer>) -> Script {
    Script::default().on(MODELS, [models()]).on(CHAT, answers)
}

/// llama.cpp, as far as it tells of itself.
fn llama(answers: impl IntoIterator<Item = Answer>) -> Script {
    let props = json!({"total_slots": 1, "default_generation_settings": {"n_ctx": 2048}});
    script(answers)
        .on(MODELS, [models().header("Server", "llama.cpp")])
        .on("GET /props", [Answer::json(200, &props)])
}

/// What leads to a server.
struct Reaching {
    server: ServerRef,
    http: ConnectOptions,
}

fn reaching(base: &str) -> Reaching {
    Reaching {
        server: ServerRef::at(base),
        http: options(),
    }
}

/// The same with a key.
fn with_key(mut reaching: Reaching) -> Reaching {
    let key = (
        "authorization".to_owned(),
        "Bearer sk-of-this-server".to_owned(),
    );
    reaching.server.headers = Headers([key].into());
    reaching
}

/// The provider of a server, with the log listened to.
fn provider_of(reaching: Reaching) -> ServerProvider {
    log();
    ServerProvider::new(reaching.server, reaching.http, TaskTracker::new())
}

fn provider(server: &Server) -> ServerProvider {
    provider_of(reaching(&format!("{}/v1", server.url())))
}

/// The reply to one message that a server with this script gives, and the server.
async fn heard(script: Script) -> (ReceivedReply, Server) {
    let server = Server::start(script).await;
    let reply = provider(&server).reply(ask("hi"));
    (receive(reply).await, server)
}

/// The reply of which this is the stream.
async fn reply_of(stream: Answer) -> ReceivedReply {
    heard(script([stream])).await.0
}

/// The failure of the turn in which a server with this script is asked for a secret.
async fn failed(script: Script) -> (ProviderError, ReceivedReply, Server) {
    let server = Server::start(script).await;
    let question = ask(&format!("{} opens it", crate::received::SECRET));
    let (error, told) = failure_of(provider(&server).reply(question)).await;
    (error, told, server)
}

/// A chunk with this delta.
fn delta(delta: &Value) -> Value {
    json!({"object": "chat.completion.chunk", "model": "m", "choices": [{"index": 0, "delta": delta, "finish_reason": null}]})
}

/// A chunk with more of the text.
fn text(more: &str) -> Value {
    delta(&json!({"content": more}))
}

/// The chunk that says why it ended.
fn finish(reason: &str) -> Value {
    json!({"choices": [{"index": 0, "delta": {}, "finish_reason": reason}]})
}

/// The end of a stream that ends as it should.
fn done(stream: Answer) -> Answer {
    stream.say(&finish("stop")).bytes(b"data: [DONE]\n\n").end()
}

/// A whole stream that says this.
fn saying(words: &str) -> Answer {
    done(Answer::events().say(&text(words)))
}
