//! Single requests: uploads, refusals, the description of the page, the heartbeat connection.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::super::{Options, Server};
use super::{Client, bubble, fast};

#[tokio::test]
async fn uploaded_files_go_with_the_message() {
    let server = Server::start(fast()).await.unwrap();
    let client = Client::of(&server);
    let form = "--X\r\nContent-Disposition: form-data; name=\"files\"; filename=\"notes.txt\"\r\n\r\nsix by\r\n--X--\r\n";
    let request = client.http.post(format!("{}/upload", client.url));
    let request = request
        .header("content-type", "multipart/form-data; boundary=X")
        .body(form);
    let paths: Vec<String> = request.send().await.unwrap().json().await.unwrap();
    assert_eq!(
        client
            .get(&format!("/file={}", paths[0]))
            .await
            .text()
            .await
            .unwrap(),
        "six by"
    );
    let file = json!({"path": paths[0], "orig_name": "notes.txt", "mime_type": "text/plain", "meta": {"_type": "gradio.FileData"}});
    let sent: Value = client
        .add_text("s", json!({"text": "look", "files": [file]}))
        .await
        .json()
        .await
        .unwrap();
    let shown = &sent["data"][1][0][0]["files"][0];
    assert_eq!(
        shown["file"]["url"],
        format!("{}/file={}", client.url, paths[0])
    );
    client.join("s", 2, json!([sent["data"][1], null, 0])).await;
    let messages = client.stream("s").await.rest().await;
    let said = bubble(&messages[messages.len() - 2]["output"]["data"][0]);
    assert!(said.contains("`notes.txt`, 6 bytes"), "{said}");
    let untyped = client
        .add_text("s", json!({"text": "look", "files": [{"path": paths[0]}]}))
        .await;
    assert_eq!(
        untyped.status(),
        StatusCode::INTERNAL_SERVER_ERROR,
        "the original fails without a mime_type too"
    );
}

#[tokio::test]
async fn requests_that_are_wrong_are_refused_as_gradio_refuses_them() {
    let server = Server::start(fast()).await.unwrap();
    let client = Client::of(&server);
    for path in ["/nothing", "/gradio_api/config", "/gradio_api/queue/join"] {
        let answer = client.get(path).await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND);
        assert_eq!(
            answer.json::<Value>().await.unwrap(),
            json!({"detail": "Not Found"})
        );
    }
    assert_eq!(
        client.get("/run/predict").await.status(),
        StatusCode::METHOD_NOT_ALLOWED
    );
    assert_eq!(
        client.get("/queue/data").await.status(),
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(
        client.get("/file=/etc/passwd").await.status(),
        StatusCode::FORBIDDEN
    );
    let table = [
        ("/queue/join", json!({"data": [], "fn_index": 2}), 400),
        (
            "/queue/join",
            json!({"fn_index": 2, "session_hash": "s"}),
            422,
        ),
        (
            "/queue/join",
            json!({"data": [], "fn_index": 99, "session_hash": "s"}),
            500,
        ),
        (
            "/run/predict",
            json!({"data": [], "fn_index": 1, "session_hash": "s"}),
            500,
        ),
        ("/run/nonsense", json!({"data": []}), 500),
        ("/cancel", json!({}), 422),
        ("/reset", json!({"event_id": "e"}), 200),
        ("/upload", json!({}), 400),
    ];
    for (path, body, status) in table {
        let answer = client.post(path, &body).await;
        assert_eq!(
            answer.status().as_u16(),
            status,
            "{path} {body}: {}",
            answer.text().await.unwrap()
        );
    }
}

#[tokio::test]
async fn the_configuration_names_the_chain_from_the_message_box_to_the_reply() {
    let server = Server::start(fast()).await.unwrap();
    let client = Client::of(&server);
    let config: Value = client
        .get("/config?__theme=light")
        .await
        .json()
        .await
        .unwrap();
    assert_eq!(
        (&config["version"], &config["protocol"]),
        (&json!("4.44.0"), &json!("sse_v3"))
    );
    assert!(config.get("api_prefix").is_none());
    assert_eq!(config["root"], json!(server.url()));
    let wired = |index: usize| {
        let dependency = &config["dependencies"][index];
        ["id", "api_name", "targets", "queue", "trigger_after"]
            .map(|field| dependency[field].clone())
    };
    assert_eq!(
        json!(wired(1)),
        json!([1, "add_text", [[5, "submit"]], false, null])
    );
    assert_eq!(
        json!(wired(2)),
        json!([2, "agent_run", [[null, "then"]], true, 1])
    );
    assert_eq!(
        json!(wired(3)),
        json!([3, "flushed", [[null, "then"]], true, 2])
    );
    let ids: Vec<u64> = config["components"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_u64().unwrap())
        .collect();
    for dependency in config["dependencies"].as_array().unwrap() {
        for id in [&dependency["inputs"], &dependency["outputs"]]
            .into_iter()
            .flat_map(|list| list.as_array().unwrap())
        {
            assert!(ids.contains(&id.as_u64().unwrap()), "{dependency}");
        }
    }
    let info: Value = client.get("/info").await.json().await.unwrap();
    assert_eq!(
        info["named_endpoints"]["/add_text"]["parameters"][0]["parameter_name"],
        "_input"
    );
}

#[tokio::test]
async fn the_heartbeat_connection_says_alive_at_once_and_again() {
    let server = Server::start(Options {
        heartbeat: Duration::from_millis(5),
        ..fast()
    })
    .await
    .unwrap();
    let mut response = Client::of(&server).get("/heartbeat/s").await;
    let mut seen = Vec::new();
    while seen.len() < 26 {
        seen.extend_from_slice(&response.chunk().await.unwrap().unwrap());
    }
    assert!(seen.starts_with(b"data: ALIVE\n\ndata: ALIVE\n\n"));
}
