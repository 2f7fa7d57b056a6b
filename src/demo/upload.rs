//! Uploads: parses a `multipart/form-data` body and names its files as Gradio does. The contents stay in memory for the
//! life of the Space.

use hyper::body::Bytes;

use super::wire::sha256;
/// The boundary of a `multipart/form-data` content type; `None` for any other type.
pub(super) fn boundary(content_type: &str) -> Option<String> {
    let mut parts = content_type.split(';').map(str::trim);
    if !parts.next()?.eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let value = parts
        .find_map(|part| {
            part.split_once('=')
                .filter(|(name, _)| name.eq_ignore_ascii_case("boundary"))
        })?
        .1;
    Some(value.trim_matches('"').to_owned())
}

/// The files of all fields named `files`, in order, as `(server path, content)`. A part that is not well formed is
/// passed over; the path holds the content's SHA-256, so that equal files with equal names are one.
pub(super) fn files(body: &Bytes, boundary: &str) -> Vec<(String, Bytes)> {
    let delimiter = format!("\r\n--{boundary}");
    let mut found = Vec::new();
    // The first delimiter stands at the start of the body, without a line end before it.
    let mut start = match find(body, delimiter.trim_start().as_bytes(), 0) {
        Some(at) => at + delimiter.len() - 2,
        None => return found,
    };
    while let Some(end) = find(body, delimiter.as_bytes(), start) {
        if let Some((name, content)) = part(&body.slice(start..end)) {
            found.push((server_path(&name, &content), content));
        }
        start = end + delimiter.len();
    }
    found
}

/// A part between two delimiters: `\r\n`, headers, an empty line, the content.
fn part(bytes: &Bytes) -> Option<(String, Bytes)> {
    let gap = find(bytes, b"\r\n\r\n", 0)?;
    let headers = String::from_utf8_lossy(bytes.get(..gap)?).into_owned();
    let disposition = headers.lines().find(|line| {
        line.to_ascii_lowercase()
            .starts_with("content-disposition:")
    })?;
    (parameter(disposition, "name")? == "files").then_some(())?;
    Some((parameter(disposition, "filename")?, bytes.slice(gap + 4..)))
}

/// A quoted parameter of a header line; `\"` and `%22` in it stand for a quote.
fn parameter(line: &str, name: &str) -> Option<String> {
    let start = format!(" {name}=\"");
    let (_, rest) = line.split_once(&start)?;
    let mut value = String::new();
    let mut characters = rest.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => return Some(value.replace("%22", "\"")),
            '\\' => value.extend(characters.next()),
            other => value.push(other),
        }
    }
    None
}

fn server_path(name: &str, content: &[u8]) -> String {
    let digest = sha256(content);
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let kept: String = base
        .chars()
        .filter(|c| c.is_alphanumeric() || " ._-".contains(*c))
        .collect();
    format!("/tmp/gradio/{digest}/{kept}")
}

fn find(bytes: &[u8], wanted: &[u8], from: usize) -> Option<usize> {
    bytes
        .get(from..)?
        .windows(wanted.len())
        .position(|window| window == wanted)
        .map(|at| from + at)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = b"--X\r\nContent-Disposition: form-data; name=\"files\"; filename=\"a b$c.txt\"\r\n\
        Content-Type: text/plain\r\n\r\none\r\n--\r\n\r\n\r\n--X\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nno\r\n\
        --X\r\ncontent-disposition: form-data; name=\"files\"; filename=\"../e.bin\"\r\n\r\n\r\n--X--\r\n";

    #[test]
    fn files_come_out_whole_and_in_order_under_safe_names() {
        let found = files(&Bytes::from_static(BODY), "X");
        let contents: Vec<&[u8]> = found.iter().map(|(_, content)| content.as_ref()).collect();
        assert_eq!(contents, [b"one\r\n--\r\n\r\n".as_slice(), b""]);
        assert!(
            found[0].0.starts_with("/tmp/gradio/") && found[0].0.ends_with("/a bc.txt"),
            "{}",
            found[0].0
        );
        assert!(
            found[1].0.ends_with("/e.bin") && !found[1].0.contains(".."),
            "{}",
            found[1].0
        );
    }

    #[test]
    fn a_body_cut_anywhere_gives_no_half_file_and_no_panic() {
        let whole = files(&Bytes::from_static(BODY), "X");
        for end in 0..BODY.len() {
            let found = files(&Bytes::copy_from_slice(&BODY[..end]), "X");
            assert!(whole.starts_with(&found), "cut at {end}: {found:?}");
        }
    }

    #[test]
    fn only_a_multipart_form_has_a_boundary() {
        assert_eq!(
            boundary("multipart/form-data; boundary=X"),
            Some("X".into())
        );
        assert_eq!(
            boundary("Multipart/Form-Data; charset=utf-8; boundary=\"a b\""),
            Some("a b".into())
        );
        assert_eq!(boundary("application/json; boundary=X"), None);
        assert_eq!(boundary("multipart/form-data"), None);
    }
}
