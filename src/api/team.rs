//! `/team/*`: the account's members, invitations, and what the account asks of everyone.

use switchboard_contract::auth::{
    AcceptInvitationRequest, AccountSecurity, Invitation, InviteRequest, Member, MemberList, UpdateMember,
};
use switchboard_contract::ids::MemberId;

use super::{Api, ApiError, Call, Transport};

/// `GET /team/invitations/{token}`: what an invitation says.
///
/// # Errors
/// [`ApiError::NotFound`] when it is spent, too old or unknown.
pub async fn invitation(transport: &Transport, token: &str) -> Result<Invitation, ApiError> {
    transport
        .call(&Call::get(format!("/team/invitations/{}", segment(token))), None)
        .await
}

/// `POST /team/invitations/{token}/accept`: the person then signs in.
///
/// # Errors
/// [`ApiError::NotFound`] when it is spent, too old or unknown; [`ApiError::Validation`].
pub async fn accept_invitation(
    transport: &Transport,
    token: &str,
    request: &AcceptInvitationRequest,
) -> Result<(), ApiError> {
    let call = Call::post(format!("/team/invitations/{}/accept", segment(token))).json(request)?;
    transport.call_empty(&call, None).await
}

impl Api {
    /// `GET /team/members`: everyone, those invited included.
    ///
    /// # Errors
    /// [`ApiError::Forbidden`] for agents.
    pub async fn members(&self) -> Result<MemberList, ApiError> {
        self.call(Call::get("/team/members")).await
    }

    /// `POST /team/invitations`: sends the mail.
    ///
    /// # Errors
    /// [`ApiError::Validation`], also for an address that is a member already; [`ApiError::Forbidden`].
    pub async fn invite(&self, request: &InviteRequest) -> Result<Member, ApiError> {
        self.call(Call::post("/team/invitations").json(request)?).await
    }

    /// `PATCH /team/members/{id}`, only when the member still has this version.
    ///
    /// # Errors
    /// [`ApiError::Conflict`] with the member as it is now, [`ApiError::Forbidden`], and others.
    pub async fn update_member(
        &self,
        id: MemberId,
        change: &UpdateMember,
        version: u64,
    ) -> Result<Member, ApiError> {
        let call = Call::patch(format!("/team/members/{id}"))
            .if_match(version)
            .json(change)?;
        self.call(call).await
    }

    /// `DELETE /team/members/{id}`: ends the member's sessions, or takes the invitation back.
    ///
    /// # Errors
    /// [`ApiError::Forbidden`], [`ApiError::NotFound`], [`ApiError::Conflict`] for the last owner.
    pub async fn remove_member(&self, id: MemberId) -> Result<(), ApiError> {
        self.call_empty(Call::delete(format!("/team/members/{id}"))).await
    }

    /// `GET /team/security`: what the account asks of every member.
    ///
    /// # Errors
    /// See [`ApiError`].
    pub async fn account_security(&self) -> Result<AccountSecurity, ApiError> {
        self.call(Call::get("/team/security")).await
    }

    /// `PATCH /team/security`.
    ///
    /// # Errors
    /// [`ApiError::Forbidden`] for everyone but owners.
    pub async fn update_account_security(
        &self,
        change: &AccountSecurity,
    ) -> Result<AccountSecurity, ApiError> {
        self.call(Call::patch("/team/security").json(change)?).await
    }
}

/// A token as one segment of a path: what a mangled link may hold must not lead to another endpoint.
fn segment(token: &str) -> String {
    token
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' => char::from(byte).to_string(),
            _ => format!("%{byte:02X}"),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::segment;

    #[test]
    fn a_token_stays_one_segment() {
        assert_eq!(segment("aB3-_"), "aB3-_");
        assert_eq!(segment("../me?x=1#y"), "%2E%2E%2Fme%3Fx%3D1%23y");
        assert_eq!(segment("é"), "%C3%A9");
    }
}
