//! `/auth/*`: the calls that carry the refresh cookie, and the signed-in person.

use switchboard_contract::auth::{AccessGrant, LoginRequest, Me};

use super::{Api, ApiError, Call, Transport};

/// `POST /auth/login`.
///
/// # Errors
/// [`ApiError::InvalidCredentials`], [`ApiError::Validation`], [`ApiError::RateLimited`], or no answer.
pub async fn login(transport: &Transport, request: &LoginRequest) -> Result<AccessGrant, ApiError> {
    let call = Call::post("/auth/login").with_cookies().json(request)?;
    transport.call(&call, None).await
}

/// `POST /auth/refresh`: a new access token for the cookie.
///
/// # Errors
/// [`ApiError::SignedOut`] is a definite refusal; anything else says nothing about the session.
pub async fn refresh(transport: &Transport) -> Result<AccessGrant, ApiError> {
    transport
        .call(&Call::post("/auth/refresh").with_cookies(), None)
        .await
}

/// `POST /auth/logout`: ends the session of the cookie.
///
/// # Errors
/// When the server could not be told; [`ApiError::SignedOut`] means that it knew already.
pub async fn logout(transport: &Transport) -> Result<(), ApiError> {
    transport
        .call_empty(&Call::post("/auth/logout").with_cookies(), None)
        .await
}

impl Api {
    /// `GET /auth/me`.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn me(&self) -> Result<Me, ApiError> {
        self.call(Call::get("/auth/me")).await
    }
}
