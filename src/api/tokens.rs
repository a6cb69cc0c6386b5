//! `/tokens`: programs in place of people. For owners and admins.

use switchboard_contract::ids::ApiTokenId;
use switchboard_contract::tokens::{ApiTokenList, CreateApiToken, CreatedApiToken};

use super::{Api, ApiError, Call};

impl Api {
    /// `GET /tokens`: those that were not revoked, newest first.
    ///
    /// # Errors
    /// [`ApiError::Forbidden`] for agents.
    pub async fn api_tokens(&self) -> Result<ApiTokenList, ApiError> {
        self.call(Call::get("/tokens")).await
    }

    /// `POST /tokens`: the answer is the only place where the secret stands. A repeat makes another one.
    ///
    /// # Errors
    /// [`ApiError::Validation`], [`ApiError::Forbidden`] for agents.
    pub async fn create_api_token(&self, token: &CreateApiToken) -> Result<CreatedApiToken, ApiError> {
        self.call(Call::post("/tokens").json(token)?).await
    }

    /// `DELETE /tokens/{id}`: it proves nothing from then on.
    ///
    /// # Errors
    /// [`ApiError::NotFound`] when it is revoked already.
    pub async fn revoke_api_token(&self, id: ApiTokenId) -> Result<(), ApiError> {
        self.call_empty(Call::delete(format!("/tokens/{id}"))).await
    }
}
