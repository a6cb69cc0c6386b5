//! One id a request: in the answer's `x-request-id`, in problems and in the log.

use std::any::Any;
use std::time::Instant;

use axum::body::Body;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument as _;
use uuid::Uuid;

use crate::metrics::Shared;
use crate::problem::{ApiError, Told, problem_response};

/// Carries the request's id.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Names the request, logs and counts how it went, and completes problems. The log has the route's pattern instead of the path,
/// because paths may hold secrets.
pub async fn layer(State(metrics): State<Shared>, request: Request, next: Next) -> Response {
    let id = Uuid::now_v7().to_string();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "-".to_owned(), |path| path.as_str().to_owned());
    let span = tracing::info_span!("request", id = %id, method = %request.method(), route = %route);
    let (method, begun) = (request.method().clone(), Instant::now());
    async move {
        let mut response = next.run(request).await;
        if let Some(told) = response.extensions_mut().remove::<Told>() {
            response = complete(response, told, &id);
        }
        if let Ok(value) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(REQUEST_ID, value);
        }
        let (status, took) = (response.status().as_u16(), begun.elapsed());
        metrics.answered(method_name(&method), &route, status, took);
        tracing::info!(status, ms = took.as_millis(), "answered");
        response
    }
    .instrument(span)
    .await
}

/// A method that there is: callers can invent others without end.
fn method_name(method: &Method) -> &str {
    match *method {
        Method::GET
        | Method::POST
        | Method::PUT
        | Method::PATCH
        | Method::DELETE
        | Method::HEAD
        | Method::OPTIONS => method.as_str(),
        _ => "other",
    }
}

/// Puts the id into the problem and the cause into the log; headers that other layers added stay.
fn complete(response: Response, mut told: Told, id: &str) -> Response {
    if let Some(cause) = &told.cause {
        tracing::error!(%cause, "request failed");
    }
    told.problem.request_id = Some(id.to_owned());
    let (mut parts, _) = response.into_parts();
    let (_, body) = problem_response(&told.problem).into_parts();
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, body)
}

/// What a panic in a handler is answered with. Its message may hold anything, so the log gets only that it happened;
/// the panic hook has said where.
pub fn panicked(_: Box<dyn Any + Send>) -> Response<Body> {
    ApiError::internal("a handler panicked").into_response()
}
