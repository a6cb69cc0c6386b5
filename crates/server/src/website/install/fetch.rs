//! Gets one page of a website. Whose it is anybody can say who adds a website, so nothing is asked of this machine's own network: a
//! name is resolved here, every address that it has must be a public one, and the connection goes to what was judged.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::http::{Request, StatusCode, header};
use http_body_util::{BodyExt as _, Empty};
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

/// The whole look takes at most this long: whoever asked waits for it.
const WHOLE: Duration = Duration::from_secs(10);
/// Most that is read of a page, in bytes: snippets stand further up.
const MAX_PAGE_BYTES: usize = 2 * 1024 * 1024;
/// Most redirections.
const MAX_HOPS: usize = 5;
/// How the look says who it is.
const USER_AGENT: &str = "Switchboard installation check";

/// How far the server looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Public addresses, on the usual ports.
    Public,
    /// This machine as well, on any port.
    Machine,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fetched {
    /// The page, and where it was found.
    Page {
        /// After all redirections.
        url: Url,
        /// Its text.
        html: String,
    },
    /// It does not answer, or not with a page; why, for people.
    Unreachable(String),
    /// It is not looked at.
    OutOfReach,
}

/// Gets the page at `url`, or where it leads.
pub(super) async fn page(url: Url, reach: Reach) -> Fetched {
    match timeout(WHOLE, follow(url, reach)).await {
        Ok(fetched) => fetched,
        Err(_) => Fetched::Unreachable("It did not answer within 10 seconds.".to_owned()),
    }
}

async fn follow(mut url: Url, reach: Reach) -> Fetched {
    for _ in 0..=MAX_HOPS {
        let answer = match hop(&url, reach).await {
            Ok(answer) => answer,
            Err(fetched) => return fetched,
        };
        if !answer.status().is_redirection() {
            return read(url, answer).await;
        }
        let next = answer.headers().get(header::LOCATION);
        let next = next.and_then(|value| value.to_str().ok());
        match next.and_then(|next| url.join(next).ok()) {
            Some(next) => url = next,
            None => return Fetched::Unreachable("It redirects to no address.".to_owned()),
        }
    }
    Fetched::Unreachable("It redirects again and again.".to_owned())
}

type Answer = axum::http::Response<Incoming>;

/// Asks once.
async fn hop(url: &Url, reach: Reach) -> Result<Answer, Fetched> {
    let silent = |_| Fetched::Unreachable("Nothing answers there.".to_owned());
    let addresses = addresses(url, reach).await?;
    let stream = TcpStream::connect(addresses.as_slice()).await.map_err(silent)?;
    if url.scheme() == "http" {
        return ask(url, stream).await;
    }
    let untrusted = || Fetched::Unreachable("Its certificate is not one that browsers trust.".to_owned());
    let name =
        ServerName::try_from(url.host_str().unwrap_or_default().to_owned()).map_err(|_| untrusted())?;
    let connector = connector().ok_or(Fetched::OutOfReach)?;
    let stream = connector.connect(name, stream).await.map_err(|_| untrusted())?;
    ask(url, stream).await
}

/// The addresses of a page that may be looked at.
async fn addresses(url: &Url, reach: Reach) -> Result<Vec<SocketAddr>, Fetched> {
    let usual = match url.scheme() {
        "http" => 80,
        "https" => 443,
        _ => return Err(Fetched::OutOfReach),
    };
    let port = url.port().unwrap_or(usual);
    let host = url.host_str().unwrap_or_default();
    // An IPv6 address stands in brackets.
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let unknown = || Fetched::Unreachable("No server is known by this name.".to_owned());
    let found = tokio::net::lookup_host((host, port))
        .await
        .map_err(|_| unknown())?;
    let found: Vec<SocketAddr> = found.collect();
    let may = |address: &SocketAddr| match reach {
        Reach::Public => is_public(address.ip()) && port == usual,
        Reach::Machine => address.ip().is_loopback() || (is_public(address.ip()) && port == usual),
    };
    if found.is_empty() {
        Err(unknown())
    } else if found.iter().all(may) {
        Ok(found)
    } else {
        Err(Fetched::OutOfReach)
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

async fn ask<S>(url: &Url, stream: S) -> Result<Answer, Fetched>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let broken = |_| Fetched::Unreachable("It did not answer as a website does.".to_owned());
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    // Ends with the answer, which is read in the time that the whole look has.
    tokio::spawn(timeout(WHOLE, connection));
    let host = match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (host, _) => host.unwrap_or_default().to_owned(),
    };
    let path = match url.query() {
        Some(query) => format!("{}?{query}", url.path()),
        None => url.path().to_owned(),
    };
    let request = Request::get(path)
        .header(header::HOST, host)
        .header(header::USER_AGENT, USER_AGENT)
        .header(header::ACCEPT, "text/html")
        .body(Empty::<Bytes>::new())
        .map_err(|_| Fetched::OutOfReach)?;
    sender.send_request(request).await.map_err(broken)
}

/// The beginning of an answer's text, where it is a page.
async fn read(url: Url, mut answer: Answer) -> Fetched {
    let status = answer.status();
    if status != StatusCode::OK {
        return Fetched::Unreachable(format!("It answers with status {}.", status.as_u16()));
    }
    let mut bytes = Vec::new();
    while bytes.len() < MAX_PAGE_BYTES {
        match answer.frame().await {
            None => break,
            Some(Ok(frame)) => {
                if let Ok(data) = frame.into_data() {
                    bytes.extend_from_slice(&data);
                }
            }
            Some(Err(_)) => return Fetched::Unreachable("Its answer broke off.".to_owned()),
        }
    }
    let html = String::from_utf8_lossy(&bytes).into_owned();
    Fetched::Page { url, html }
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
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

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

    /// Answers one request after the other with these texts; gives its address.
    async fn serve(answers: Vec<String>) -> Url {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        tokio::spawn(async move {
            for answer in answers {
                let (mut stream, _) = listener.accept().await.expect("a caller");
                let mut read = [0; 1_024];
                let _ = stream.read(&mut read).await.expect("a request");
                stream.write_all(answer.as_bytes()).await.expect("written");
            }
        });
        Url::parse(&format!("http://127.0.0.1:{port}/")).expect("an address")
    }

    fn answer(head: &str, body: &str) -> String {
        format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
    }

    #[tokio::test]
    async fn a_page_is_found_behind_a_redirection() {
        let answers = vec![
            answer("302 Found\r\nlocation: /shop?a=1", ""),
            answer("200 OK", "<p>Hi"),
        ];
        let url = serve(answers).await;
        let Fetched::Page { url: found, html } = page(url.clone(), Reach::Machine).await else {
            panic!("a page")
        };
        assert_eq!(
            (found, html.as_str()),
            (url.join("/shop?a=1").expect("an address"), "<p>Hi")
        );
    }

    #[tokio::test]
    async fn a_redirection_leads_nowhere_that_is_not_looked_at() {
        for target in [
            "http://10.0.0.1/",
            "http://169.254.169.254/latest",
            "file:///etc/passwd",
            "http://[::ffff:10.0.0.1]/",
        ] {
            let head = format!("301 Moved\r\nlocation: {target}");
            let url = serve(vec![answer(&head, "")]).await;
            assert_eq!(page(url, Reach::Machine).await, Fetched::OutOfReach, "{target}");
        }
    }

    #[tokio::test]
    async fn this_machine_is_not_looked_at_from_outside() {
        let url = serve(vec![answer("200 OK", "secret")]).await;
        assert_eq!(page(url.clone(), Reach::Public).await, Fetched::OutOfReach);
        let by_name = format!("http://localhost:{}/", url.port().unwrap_or_default());
        let by_name = Url::parse(&by_name).expect("an address");
        assert_eq!(page(by_name, Reach::Public).await, Fetched::OutOfReach);
    }

    #[tokio::test]
    async fn what_stands_in_the_way_is_told() {
        let moved = |times| vec![answer("302 Found\r\nlocation: /", ""); times];
        for (answers, reason) in [
            (vec![answer("404 Not Found", "")], "It answers with status 404."),
            (vec![answer("302 Found", "")], "It redirects to no address."),
            (vec!["hello".to_owned()], "It did not answer as a website does."),
            (moved(MAX_HOPS + 1), "It redirects again and again."),
        ] {
            let url = serve(answers).await;
            assert_eq!(
                page(url, Reach::Machine).await,
                Fetched::Unreachable(reason.to_owned())
            );
        }
        let gone = serve(Vec::new()).await;
        assert!(matches!(
            page(gone, Reach::Machine).await,
            Fetched::Unreachable(_)
        ));
    }
}
