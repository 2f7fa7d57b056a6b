//! Which certificate authorities are trusted: the system's, or a bundle that the environment names.
//!
//! `SSL_CERT_FILE`, `REQUESTS_CA_BUNDLE` and `CURL_CA_BUNDLE` are what people behind a company's proxy have set
//! already, for Python and curl. A named bundle that cannot be used is an error: using other roots would silently
//! change who is trusted.

use super::error::Error;
use reqwest::Certificate;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The variables that name a bundle, the first that is set counts.
const VARIABLES: [&str; 3] = ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"];

/// Certificates that the environment wants to be trusted instead of the system's.
pub(super) struct Named {
    /// The certificates; whether they are any good shows when they are used.
    pub certificates: Vec<Certificate>,
    variable: &'static str,
    path: PathBuf,
}

impl Named {
    /// The error that they cannot be used.
    pub fn broken(&self, why: &str) -> Error {
        broken(self.variable, &self.path, why)
    }
}

fn broken(variable: &str, path: &Path, why: &str) -> Error {
    Error::Setup {
        detail: format!(
            "The CA certificates that {variable} names cannot be used: {}: {why}.",
            path.display()
        ),
    }
}

/// The bundle that the environment names; `None` where it names none. `variable` tells the environment; an
/// empty variable counts as none.
pub(super) fn named(variable: impl Fn(&str) -> Option<OsString>) -> Result<Option<Named>, Error> {
    let named = VARIABLES.iter().find_map(|name| {
        let value = variable(name).filter(|value| !value.is_empty())?;
        Some((*name, PathBuf::from(value)))
    });
    let Some((variable, path)) = named else {
        return Ok(None);
    };
    let pem = read(&path).map_err(|error| broken(variable, &path, &error.to_string()))?;
    match Certificate::from_pem_bundle(&pem) {
        Ok(certificates) if !certificates.is_empty() => Ok(Some(Named {
            certificates,
            variable,
            path,
        })),
        Ok(_) => Err(broken(variable, &path, "there is no certificate in it")),
        Err(_) => Err(broken(variable, &path, "it is not PEM")),
    }
}

/// The roots that come with the program, for systems without any.
pub(super) fn bundled() -> impl Iterator<Item = Certificate> {
    webpki_root_certs::TLS_SERVER_ROOT_CERTS
        .iter()
        .filter_map(|der| Certificate::from_der(der).ok())
}

/// A file, or all files of a folder.
fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    if !path.is_dir() {
        return std::fs::read(path);
    }
    let mut files: Vec<PathBuf> = std::fs::read_dir(path)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_file())
        .collect();
    files.sort();
    let mut whole = Vec::new();
    for file in files {
        whole.extend(std::fs::read(file)?);
        whole.push(b'\n');
    }
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;

    fn certificate() -> String {
        let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        let text = STANDARD.encode(made.cert.der());
        format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
    }

    fn named_as(name: &'static str, path: &Path) -> Result<Vec<Certificate>, Error> {
        let path = path.as_os_str().to_owned();
        let named = named(move |asked| (asked == name).then(|| path.clone()))?;
        Ok(named.unwrap().certificates)
    }

    #[test]
    fn a_bundle_is_found_by_each_of_its_variables_as_a_file_or_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("a.pem");
        std::fs::write(&file, certificate() + &certificate()).unwrap();
        for name in VARIABLES {
            for path in [file.as_path(), folder.path()] {
                assert_eq!(named_as(name, path).unwrap().len(), 2);
            }
        }
        assert!(named(|_| None).unwrap().is_none());
        assert!(named(|_| Some(OsString::new())).unwrap().is_none());
    }

    #[test]
    fn a_broken_bundle_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("broken.pem");
        for content in ["", "no certificate at all"] {
            std::fs::write(&file, content).unwrap();
            let error = named_as("CURL_CA_BUNDLE", &file).unwrap_err().to_string();
            assert!(error.contains("CURL_CA_BUNDLE"), "{error}");
            assert!(error.contains("broken.pem"), "{error}");
        }
        let missing = folder.path().join("missing.pem");
        assert!(named_as("SSL_CERT_FILE", &missing).is_err());
    }
}
