//! Gets one page of a website. Whose it is anybody can say who adds a website, so only what [`outbound`] may ask is asked.

use std::time::Duration;

use axum::body::Bytes;
use axum::http::{Request, StatusCode, header};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use tokio::time::timeout;
use url::Url;

use crate::http::outbound::{self, Reach, Unreached};

/// The whole look takes at most this long: whoever asked waits for it.
const WHOLE: Duration = Duration::from_secs(10);
/// Most that is read of a page, in bytes: snippets stand further up.
const MAX_PAGE_BYTES: usize = 2 * 1024 * 1024;
/// Most redirections.
const MAX_HOPS: usize = 5;
/// How the look says who it is.
const USER_AGENT: &str = "Switchboard installation check";

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
    let request = Request::get("/")
        .header(header::USER_AGENT, USER_AGENT)
        .header(header::ACCEPT, "text/html")
        .body(Full::new(Bytes::new()))
        .map_err(|_| Fetched::OutOfReach)?;
    let said = |text: &str| Fetched::Unreachable(text.to_owned());
    outbound::ask(url, reach, request, WHOLE)
        .await
        .map_err(|why| match why {
            Unreached::OutOfReach => Fetched::OutOfReach,
            Unreached::UnknownName => said("No server is known by this name."),
            Unreached::Silent => said("Nothing answers there."),
            Unreached::Untrusted => said("Its certificate is not one that browsers trust."),
            Unreached::NotHttp => said("It did not answer as a website does."),
        })
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

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

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
