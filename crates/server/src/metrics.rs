//! `/metrics`: what this server does, for Prometheus. Labels are routes as they are written in the program, methods and statuses: their number
//! is bounded, and nothing of anyone stands in them. Only machines of one's own network are answered.

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::{Registry, Unit};

use crate::http::client::Client;
use crate::problem::ApiError;
use crate::state::AppState;

const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
/// Upper bounds of the steps in which durations are counted, in seconds: a long poll takes half a minute.
const STEPS: [f64; 11] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    method: String,
    route: String,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: String,
}

type Durations = Family<Route, Histogram, fn() -> Histogram>;

/// What is counted.
pub struct Metrics {
    registry: Registry,
    answered: Family<Answered, Counter>,
    took: Durations,
    sockets: Gauge,
    database: Gauge,
    memory: Gauge<f64, AtomicU64>,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("switchboard");
        let answered = Family::default();
        let took: Durations = Family::new_with_constructor(|| Histogram::new(STEPS));
        let (sockets, database, memory) = (Gauge::default(), Gauge::default(), Gauge::default());
        registry.register(
            "build",
            "The program",
            Info::new(vec![("version", env!("CARGO_PKG_VERSION"))]),
        );
        registry.register("http_requests", "Requests that were answered", answered.clone());
        registry.register_with_unit(
            "http_request_duration",
            "Time until a request was answered",
            Unit::Seconds,
            took.clone(),
        );
        registry.register("sockets", "WebSockets that are open", sockets.clone());
        registry.register(
            "database_up",
            "1 while the database answers, else 0",
            database.clone(),
        );
        registry.register_with_unit(
            "resident_memory",
            "Memory of this process, where the system tells it",
            Unit::Bytes,
            memory.clone(),
        );
        Self {
            registry,
            answered,
            took,
            sockets,
            database,
            memory,
        }
    }
}

impl Metrics {
    /// A request was answered. `route` is the route's pattern, not the path, which may hold anything.
    pub fn answered(&self, method: &str, route: &str, status: u16, took: Duration) {
        let route = Route {
            route: route.to_owned(),
        };
        self.took.get_or_create(&route).observe(took.as_secs_f64());
        let answered = Answered {
            method: method.to_owned(),
            route: route.route,
            status,
        };
        self.answered.get_or_create(&answered).inc();
    }

    fn text(&self, sockets: usize, is_database_up: bool) -> Result<String, std::fmt::Error> {
        self.sockets.set(i64::try_from(sockets).unwrap_or(i64::MAX));
        self.database.set(i64::from(is_database_up));
        // 0 where the system does not tell.
        self.memory.set(resident_bytes().unwrap_or_default());
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// The pages of this process that are in memory, as Linux tells them, of 4 KiB each.
fn resident_bytes() -> Option<f64> {
    let told = std::fs::read_to_string("/proc/self/statm").ok()?;
    let pages: f64 = told.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * 4_096.0)
}

/// The route.
pub(crate) fn router() -> Router<AppState> {
    Router::new().route("/metrics", get(told))
}

async fn told(State(state): State<AppState>, client: Client) -> Response {
    if !client.is_of_own_network() {
        return ApiError::not_found("page").into_response();
    }
    let is_database_up = state.db.ping().await.is_ok();
    match state.metrics.text(state.hub.open_sockets(), is_database_up) {
        Ok(text) => {
            let kind = HeaderValue::from_static(CONTENT_TYPE);
            (StatusCode::OK, [(header::CONTENT_TYPE, kind)], text).into_response()
        }
        Err(error) => ApiError::internal(error).into_response(),
    }
}

/// What every request is counted by.
pub type Shared = Arc<Metrics>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_answered_is_counted_by_its_route() {
        let metrics = Metrics::default();
        for status in [200, 200, 404] {
            metrics.answered("GET", "/api/websites/{id}", status, Duration::from_millis(7));
        }
        let text = metrics.text(3, true).unwrap_or_default();
        for line in [
            "switchboard_http_requests_total{method=\"GET\",route=\"/api/websites/{id}\",status=\"200\"} 2",
            "switchboard_http_requests_total{method=\"GET\",route=\"/api/websites/{id}\",status=\"404\"} 1",
            "switchboard_http_request_duration_seconds_count{route=\"/api/websites/{id}\"} 3",
            "switchboard_http_request_duration_seconds_bucket{le=\"0.01\",route=\"/api/websites/{id}\"} 3",
            "switchboard_http_request_duration_seconds_bucket{le=\"0.005\",route=\"/api/websites/{id}\"} 0",
            "switchboard_sockets 3",
            "switchboard_database_up 1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in {text}");
        }
        assert!(text.ends_with("# EOF\n"), "{text}");
    }
}
