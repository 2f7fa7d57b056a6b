//! A secure front for a server on loopback, with a certificate for `localhost` that it signed itself.

use std::net::Ipv4Addr;
use std::sync::Arc;

use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// The running front; dropping it closes its port and every connection.
pub struct Front {
    port: u16,
    certificate: CertificateDer<'static>,
    accepting: JoinHandle<()>,
}

impl Front {
    pub fn url(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    /// `localhost:PORT`, as a proxy is asked for it.
    pub fn authority(&self) -> String {
        format!("localhost:{}", self.port)
    }

    /// The certificate as a file of trusted roots holds it.
    pub fn certificate_pem(&self) -> String {
        let text = base64(&self.certificate);
        format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
    }
}

impl Drop for Front {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

/// Decrypts for the server at `port`.
pub async fn front(port: u16) -> Front {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])
        .expect("a plain name can be signed");
    let certificate = made.cert.der().clone();
    let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let provider = Arc::new(tokio_rustls::rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("the provider knows them")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .expect("key and certificate belong together");
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
        .await
        .expect("loopback has a free port");
    Front {
        port: listener.local_addr().expect("the port is bound").port(),
        certificate,
        accepting: tokio::spawn(accept(listener, TlsAcceptor::from(Arc::new(config)), port)),
    }
}

async fn accept(listener: TcpListener, acceptor: TlsAcceptor, target: u16) {
    // Dropped with this task, and every connection with it.
    let mut open = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let acceptor = acceptor.clone();
        open.spawn(async move {
            let mut inside = acceptor.accept(stream).await?;
            let mut server = TcpStream::connect((Ipv4Addr::LOCALHOST, target)).await?;
            tokio::io::copy_bidirectional(&mut inside, &mut server).await
        });
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = group
            .iter()
            .chain([&0, &0])
            .take(3)
            .fold(0_usize, |bits, &byte| bits << 8 | usize::from(byte));
        for place in 0..4 {
            let digit = DIGITS[bits >> (18 - 6 * place) & 63];
            text.push(if place > group.len() {
                '='
            } else {
                char::from(digit)
            });
        }
    }
    let lines: Vec<_> = text
        .as_bytes()
        .chunks(64)
        .map(String::from_utf8_lossy)
        .collect();
    lines.join("\n")
}
