//! Calls that this server makes to addresses that somebody else chose. Nothing is asked of this machine's own network: a name is
//! resolved here, every address that it has must be a public one, and the connection goes to what was judged.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, RootCertStore, crypto};
use url::Url;

/// How far the server reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Public addresses, on the usual ports.
    Public,
    /// The same, encrypted only, and on ports above those of well-known services.
    PublicHttps,
    /// Public addresses on the usual ports, and this machine on any port.
    Machine,
    /// Anything: whoever set the server up said so.
    Anything,
}

impl Reach {
    /// Whether an address that a name of this scheme and port leads to may be connected to.
    fn includes(self, scheme: &str, address: SocketAddr) -> bool {
        let usual = if scheme == "http" { 80 } else { 443 };
        let port = address.port();
        let is_public = is_public(address.ip());
        match self {
            Self::Public => is_public && port == usual,
            Self::PublicHttps => scheme == "https" && is_public && (port == usual || port >= 1_024),
            Self::Machine => address.ip().is_loopback() || (is_public && port == usual),
            Self::Anything => true,
        }
    }
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreached {
    /// It may not be asked.
    OutOfReach,
    /// No server has this name.
    UnknownName,
    /// Nothing listens there.
    Silent,
    /// Its certificate is not one that browsers trust.
    Untrusted,
    /// What answers does not speak HTTP.
    NotHttp,
}

/// Sends a request to where `url` leads, once, and gives the answer's head; redirections are answers. Host and path are filled in.
/// The body is read within `whole`, after which the connection ends.
///
/// # Errors
/// Why there is no answer. It takes as long as the other side wants: bound it.
pub async fn ask(
    url: &Url,
    reach: Reach,
    mut request: Request<Full<Bytes>>,
    whole: Duration,
) -> Result<Response<Incoming>, Unreached> {
    let addresses = addresses(url, reach).await?;
    let host = match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (host, _) => host.unwrap_or_default().to_owned(),
    };
    let path = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    *request.uri_mut() = path.parse().map_err(|_| Unreached::OutOfReach)?;
    let host = host.parse().map_err(|_| Unreached::OutOfReach)?;
    request.headers_mut().insert(axum::http::header::HOST, host);
    let stream = TcpStream::connect(addresses.as_slice())
        .await
        .map_err(|_| Unreached::Silent)?;
    if url.scheme() == "http" {
        return send(stream, request, whole).await;
    }
    let name = url.host_str().unwrap_or_default();
    let name = name.trim_start_matches('[').trim_end_matches(']').to_owned();
    let name = ServerName::try_from(name).map_err(|_| Unreached::Untrusted)?;
    let connector = connector().ok_or(Unreached::OutOfReach)?;
    let stream = connector
        .connect(name, stream)
        .await
        .map_err(|_| Unreached::Untrusted)?;
    send(stream, request, whole).await
}

/// The addresses of a page that may be asked.
async fn addresses(url: &Url, reach: Reach) -> Result<Vec<SocketAddr>, Unreached> {
    let usual = match url.scheme() {
        "http" => 80,
        "https" => 443,
        _ => return Err(Unreached::OutOfReach),
    };
    let port = url.port().unwrap_or(usual);
    let host = url.host_str().unwrap_or_default();
    // An IPv6 address stands in brackets.
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let found = tokio::net::lookup_host((host, port))
        .await
        .map_err(|_| Unreached::UnknownName)?;
    let found: Vec<SocketAddr> = found.collect();
    if found.is_empty() {
        Err(Unreached::UnknownName)
    } else if found.iter().all(|address| reach.includes(url.scheme(), *address)) {
        Ok(found)
    } else {
        Err(Unreached::OutOfReach)
    }
}

fn connector() -> Option<TlsConnector> {
    let roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    let provider = Arc::new(crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .ok()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Some(TlsConnector::from(Arc::new(config)))
}

async fn send<S>(
    stream: S,
    request: Request<Full<Bytes>>,
    whole: Duration,
) -> Result<Response<Incoming>, Unreached>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|_| Unreached::NotHttp)?;
    // Ends with the answer, which is read in the time that the whole call has.
    tokio::spawn(timeout(whole, connection));
    sender.send_request(request).await.map_err(|_| Unreached::NotHttp)
}

/// Whether an address is one of the public internet (IANA's registries of special addresses, RFC 6890).
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

const fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !matches!(
        (a, b, c),
        (0 | 10 | 127 | 224..=255, ..)
            | (100, 64..=127, _)
            | (169, 254, _)
            | (172, 16..=31, _)
            | (192, 0, 0 | 2)
            | (192, 88, 99)
            | (192, 168, _)
            | (198, 18..=19, _)
            | (198, 51, 100)
            | (203, 0, 113)
    )
}

const fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    // Of all that is given out (2000::/3): not protocol assignments and tunnels, not documentation.
    a & 0xe000 == 0x2000
        && !(a == 0x2001 && (b < 0x200 || b == 0xdb8))
        && a != 0x2002
        && !(a == 0x3fff && b < 0x1000)
}

#[cfg(test)]
#[allow(clippy::expect_used, reason = "a test that cannot go on fails")]
mod tests {
    use super::*;

    #[test]
    fn only_public_addresses_are_looked_at() {
        for public in [
            "1.1.1.1",
            "172.32.0.1",
            "192.0.1.1",
            "223.255.255.255",
            "2606:4700::1111",
            "2a00:1450::1",
        ] {
            assert!(is_public(public.parse().expect("an address")), "{public}");
        }
        for special in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.8",
            "192.0.2.1",
            "192.88.99.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.9",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::ffff:8.8.8.8",
            "64:ff9b::a00:1",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:a00:1::1",
            "3fff::1",
        ] {
            assert!(!is_public(special.parse().expect("an address")), "{special}");
        }
    }

    #[test]
    fn webhooks_go_encrypted_to_public_addresses_only() {
        let may = |scheme: &str, address: &str| {
            Reach::PublicHttps.includes(scheme, address.parse().expect("an address"))
        };
        assert!(may("https", "1.1.1.1:443") && may("https", "1.1.1.1:8443"));
        for (scheme, address) in [
            ("http", "1.1.1.1:80"),
            ("https", "1.1.1.1:25"),
            ("https", "10.0.0.1:443"),
            ("https", "127.0.0.1:8443"),
            ("https", "169.254.169.254:443"),
            ("https", "[::1]:443"),
            ("https", "[::ffff:10.0.0.1]:443"),
        ] {
            assert!(!may(scheme, address), "{scheme} {address}");
        }
        assert!(Reach::Anything.includes("http", "127.0.0.1:80".parse().expect("an address")));
    }
}
