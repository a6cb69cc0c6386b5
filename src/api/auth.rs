//! `/auth/*`: getting in, staying in, and the signed-in person.

use switchboard_contract::auth::{
    AccessGrant, ChangeEmailRequest, ChangePasswordRequest, DisableTotpRequest, EmailRequest, LoginRequest,
    LogoutRequest, Me, RecoveryCodes, RefreshRequest, RegisterRequest, ResetPasswordRequest, SessionList,
    TokenRequest, TotpCodeRequest, TotpEnrolment, TotpLoginRequest, UpdateMe,
};
use switchboard_contract::ids::SessionId;

use super::{Api, ApiError, Call, Transport};

/// `POST /auth/register`: the answer is the same whether or not the address is known.
///
/// # Errors
/// [`ApiError::Validation`], [`ApiError::RateLimited`], or no answer.
pub async fn register(transport: &Transport, request: &RegisterRequest) -> Result<(), ApiError> {
    transport
        .call_empty(&Call::post("/auth/register").json(request)?, None)
        .await
}

/// `POST /auth/verify-email`: of a registration or a change of address.
///
/// # Errors
/// [`ApiError::NotFound`] when the link is spent, too old or unknown.
pub async fn verify_email(transport: &Transport, request: &TokenRequest) -> Result<(), ApiError> {
    transport
        .call_empty(&Call::post("/auth/verify-email").json(request)?, None)
        .await
}

/// `POST /auth/resend-verification`: the answer is the same whether or not the address is known.
///
/// # Errors
/// [`ApiError::RateLimited`] while the last mail is young, or no answer.
pub async fn resend_verification(transport: &Transport, request: &EmailRequest) -> Result<(), ApiError> {
    transport
        .call_empty(&Call::post("/auth/resend-verification").json(request)?, None)
        .await
}

/// `POST /auth/login`.
///
/// # Errors
/// [`ApiError::InvalidCredentials`], [`ApiError::Validation`], [`ApiError::RateLimited`], [`ApiError::Refused`] with a
/// challenge when a second factor is due, [`ApiError::Forbidden`] before the address is verified, or no answer.
pub async fn login(transport: &Transport, request: &LoginRequest) -> Result<AccessGrant, ApiError> {
    let call = Call::post("/auth/login").with_cookies().json(request)?;
    transport.call(&call, None).await
}

/// `POST /auth/login/totp`: the second step.
///
/// # Errors
/// [`ApiError::Validation`] for a wrong code, [`ApiError::NotFound`] once the challenge is too old or had too many of
/// them, [`ApiError::RateLimited`], or no answer.
pub async fn login_totp(transport: &Transport, request: &TotpLoginRequest) -> Result<AccessGrant, ApiError> {
    let call = Call::post("/auth/login/totp").with_cookies().json(request)?;
    transport.call(&call, None).await
}

/// `POST /auth/refresh`: a new access token for the cookie.
///
/// # Errors
/// [`ApiError::SignedOut`] and [`ApiError::Refused`] with `session_revoked` are definite refusals; anything else says nothing
/// about the session.
pub async fn refresh(transport: &Transport, request: &RefreshRequest) -> Result<AccessGrant, ApiError> {
    let call = Call::post("/auth/refresh").with_cookies().json(request)?;
    transport.call(&call, None).await
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

/// `POST /auth/logout` with `everywhere`: ends every session of the member.
///
/// # Errors
/// When the server could not be told; [`ApiError::SignedOut`] means that this session was over already.
pub async fn logout_everywhere(transport: &Transport) -> Result<(), ApiError> {
    let call = Call::post("/auth/logout")
        .with_cookies()
        .json(&LogoutRequest { everywhere: true })?;
    transport.call_empty(&call, None).await
}

/// `POST /auth/forgot-password`: the answer is the same whether or not the address is known.
///
/// # Errors
/// [`ApiError::Validation`], [`ApiError::RateLimited`], or no answer.
pub async fn forgot_password(transport: &Transport, request: &EmailRequest) -> Result<(), ApiError> {
    transport
        .call_empty(&Call::post("/auth/forgot-password").json(request)?, None)
        .await
}

/// `POST /auth/reset-password`: ends every session of the member.
///
/// # Errors
/// [`ApiError::NotFound`] when the link is spent, too old or unknown; [`ApiError::Validation`] for the password.
pub async fn reset_password(transport: &Transport, request: &ResetPasswordRequest) -> Result<(), ApiError> {
    transport
        .call_empty(&Call::post("/auth/reset-password").json(request)?, None)
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

    /// `PATCH /auth/me`; with a version, only when the profile still has it.
    ///
    /// # Errors
    /// [`ApiError::Conflict`] with the profile as it is now, [`ApiError::Validation`], and others.
    pub async fn update_me(&self, change: &UpdateMe, version: Option<u64>) -> Result<Me, ApiError> {
        let call = Call::patch("/auth/me").json(change)?;
        self.call(match version {
            Some(version) => call.if_match(version),
            None => call,
        })
        .await
    }

    /// `PUT /auth/password`: ends the person's other sessions.
    ///
    /// # Errors
    /// [`ApiError::Validation`] for either password, [`ApiError::RateLimited`], and others.
    pub async fn change_password(&self, request: &ChangePasswordRequest) -> Result<(), ApiError> {
        self.call_empty(Call::put("/auth/password").json(request)?).await
    }

    /// `POST /auth/email-change`: takes effect once the mail to the new address is answered.
    ///
    /// # Errors
    /// [`ApiError::Validation`] for the address or the password, [`ApiError::RateLimited`], and others.
    pub async fn change_email(&self, request: &ChangeEmailRequest) -> Result<(), ApiError> {
        self.call_empty(Call::post("/auth/email-change").json(request)?)
            .await
    }

    /// `GET /auth/sessions`: where the person is signed in.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn sessions(&self) -> Result<SessionList, ApiError> {
        self.call(Call::get("/auth/sessions")).await
    }

    /// `DELETE /auth/sessions/{id}`: signs that device out.
    ///
    /// # Errors
    /// [`ApiError::NotFound`] when it is over already.
    pub async fn end_session(&self, id: SessionId) -> Result<(), ApiError> {
        self.call_empty(Call::delete(format!("/auth/sessions/{id}")))
            .await
    }

    /// `POST /auth/totp/enrol`: a secret that waits for [`Api::confirm_totp`].
    ///
    /// # Errors
    /// [`ApiError::Conflict`] when a second factor is set up already.
    pub async fn enrol_totp(&self) -> Result<TotpEnrolment, ApiError> {
        self.call(Call::post("/auth/totp/enrol")).await
    }

    /// `POST /auth/totp/confirm`: from now on signing in asks for a code.
    ///
    /// # Errors
    /// [`ApiError::Validation`] for a wrong code, [`ApiError::NotFound`] when no set-up waits.
    pub async fn confirm_totp(&self, request: &TotpCodeRequest) -> Result<RecoveryCodes, ApiError> {
        self.call(Call::post("/auth/totp/confirm").json(request)?).await
    }

    /// `POST /auth/totp/disable`.
    ///
    /// # Errors
    /// [`ApiError::Validation`] for the password, [`ApiError::Forbidden`] where the account requires a second factor.
    pub async fn disable_totp(&self, request: &DisableTotpRequest) -> Result<(), ApiError> {
        self.call_empty(Call::post("/auth/totp/disable").json(request)?)
            .await
    }
}
