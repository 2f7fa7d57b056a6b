use super::*;
use crate::demo;
use crate::gradio::{Client, Error};
use crate::http::{self, Options, Upload, UploadSource};
use std::path::PathBuf;

async fn embedded() -> (demo::Server, Client, App) {
    let server = demo::Server::start(demo::Options::default()).await.unwrap();
    let client = Client::new(&server.url(), Options::default()).unwrap();
    let app = client.config().await.unwrap();
    (server, client, app)
}

fn written(folder: &tempfile::TempDir, name: &str, content: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    path
}

#[tokio::test]
async fn files_arrive_whole_in_order_and_under_their_names() {
    let (_server, client, app) = embedded().await;
    let folder = tempfile::tempdir().unwrap();
    let large: Vec<u8> = (0..300_000_u32).flat_map(u32::to_le_bytes).collect();
    let names = ["notes \"1\".bin", "größe ü.png", "empty.pdf"];
    let contents = [large.as_slice(), b"\r\n--not a boundary\r\n\0", b""];
    let mut paths: Vec<UploadSource> = names
        .iter()
        .zip(contents)
        .map(|(name, content)| UploadSource::at(written(&folder, name, content)))
        .collect();
    // One of them is sent from memory, wherever it was.
    paths[1].content = Some(contents[1].into());
    std::fs::remove_file(&paths[1].path).unwrap();
    let upload = Upload::default();
    let sent = client.upload(&app, &paths, &upload).await.unwrap();
    let total = contents.iter().map(|content| content.len() as u64).sum();
    assert_eq!(upload.progress(), (total, total));
    let kinds = ["application/octet-stream", "image/png", "application/pdf"];
    for (index, file) in sent.iter().enumerate() {
        assert_eq!(file["orig_name"], names[index]);
        assert_eq!(file["size"], contents[index].len());
        assert_eq!(file["mime_type"], kinds[index]);
        assert_eq!(file["meta"], json!({"_type": "gradio.FileData"}));
        let found = link(&client.base(), &app, file).unwrap();
        let back = reqwest::get(found).await.unwrap().bytes().await.unwrap();
        assert!(back == contents[index], "{}", names[index]);
    }
}

#[tokio::test]
async fn a_file_that_is_too_large_missing_or_a_folder_is_refused_before_anything_is_sent() {
    let (_server, client, mut app) = embedded().await;
    app.max_file_size = Some(3);
    let folder = tempfile::tempdir().unwrap();
    let (fits, large) = (
        written(&folder, "a.bin", b"abc"),
        written(&folder, "b.bin", b"abcd"),
    );
    let upload = Upload::default();
    let files = [UploadSource::at(&fits), UploadSource::at(large)];
    let error = client.upload(&app, &files, &upload).await.unwrap_err();
    let name = "b.bin".to_owned();
    assert_eq!(
        error,
        Error::Http(http::Error::FileTooLarge {
            name,
            size: 4,
            limit: 3
        })
    );
    assert_eq!(upload.progress(), (0, 0));
    for path in [folder.path().join("none"), folder.path().to_owned()] {
        let error = client
            .upload(&app, &[UploadSource::at(path)], &upload)
            .await
            .unwrap_err();
        assert!(
            matches!(error, Error::Http(http::Error::File { .. })),
            "{error}"
        );
    }
    assert!(
        client
            .upload(&app, &[UploadSource::at(fits)], &upload)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_link_is_absolute_and_leads_to_the_web_only() {
    let client = Client::new("https://x.hf.space/sub/", Options::default()).unwrap();
    let config = json!({"dependencies": [], "api_prefix": "/gradio_api", "max_file_size": 12});
    let app = App::read(&config).unwrap();
    assert_eq!(app.max_file_size, Some(12));
    for (file, expected) in [
        (
            json!({"url": "https://y.org/a b?c", "path": "/tmp/p"}),
            Some("https://y.org/a%20b?c"),
        ),
        (
            json!({"url": "/file=x", "path": "/tmp/p"}),
            Some("https://x.hf.space/sub/gradio_api/file=x"),
        ),
        // As an app writes it that does not know its front: another scheme, port or folder, or its own host.
        (
            json!({"url": "http://x.hf.space:7860/gradio_api/file=/tmp/a%20b.png", "path": "/tmp/a b.png"}),
            Some("https://x.hf.space/sub/gradio_api/file=/tmp/a%20b.png"),
        ),
        (
            json!({"url": "http://127.0.0.1:7860/gradio_api/file=/tmp/p", "path": "/tmp/p"}),
            Some("https://x.hf.space/sub/gradio_api/file=/tmp/p"),
        ),
        (
            json!({"url": "https://cdn.example.org/file=/tmp/p", "path": "/tmp/p"}),
            Some("https://cdn.example.org/file=/tmp/p"),
        ),
        (
            json!({"url": null, "path": "/tmp/50% ä?#.png"}),
            Some("https://x.hf.space/sub/gradio_api/file=/tmp/50%25%20%C3%A4%3F%23.png"),
        ),
        (json!({"path": "https://y.org/z"}), Some("https://y.org/z")),
        (json!({"url": "file:///etc/passwd"}), None),
        (json!({"url": "javascript:alert(1)"}), None),
        (json!({"url": ""}), None),
        (json!("text"), None),
    ] {
        let found = link(&client.base(), &app, &file).map(|url| url.to_string());
        assert_eq!(found.as_deref(), expected, "{file}");
    }
}
