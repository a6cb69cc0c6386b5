//! What every route shares: reading requests strictly, answering errors as problems, request ids, and origins.

pub mod client;
mod country;
pub mod csv;
pub mod if_match;
pub mod json;
pub mod origin;
pub mod outbound;
pub mod params;
pub mod request_id;

use axum::http::{Method, Uri};
use switchboard_contract::problem::ProblemCode;

use crate::problem::ApiError;

pub use client::Client;
pub use country::CountryFile;
pub use if_match::IfMatch;
pub use json::{ApiJson, MaybeJson};
pub use params::{IdPath, Params};

/// Largest JSON body in bytes.
pub const MAX_BODY_BYTES: usize = 256 * 1024;

/// Answers paths that lead nowhere.
pub async fn unknown_route(uri: Uri) -> ApiError {
    ApiError::new(
        ProblemCode::NotFound,
        format!("There is nothing at {}.", uri.path()),
    )
}

/// Answers known paths called with another method.
pub async fn unknown_method(method: Method) -> ApiError {
    ApiError::new(
        ProblemCode::MethodNotAllowed,
        format!("{method} is not allowed here; see `Allow`."),
    )
}
