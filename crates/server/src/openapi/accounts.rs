//! The routes of sign-in and of the team.

use switchboard_contract::auth::{
    AcceptInvitationRequest, AccessGrant, AccountSecurity, ChangeEmailRequest, ChangePasswordRequest,
    DisableTotpRequest, EmailRequest, Invitation, InviteRequest, LoginRequest, LogoutRequest, Me, Member,
    MemberList, RecoveryCodes, RefreshRequest, RegisterRequest, ResetPasswordRequest, SessionList,
    TokenRequest, TotpCodeRequest, TotpEnrolment, TotpLoginRequest, UpdateMe, UpdateMember,
};
use switchboard_contract::problem::ProblemCode as Code;

use super::describe::{Caller, Route};

const TEAM: &str = "team";

/// Registration, sign-in, the member's own profile.
pub(super) fn auth() -> Vec<Route> {
    [before_sign_in(), sign_in(), own()]
        .into_iter()
        .flatten()
        .collect()
}

/// A call of a page before anyone is signed in.
fn open(path: &'static str, summary: &'static str) -> Route {
    Route::post(path, "auth", summary).refuses(&[Code::OriginRefused])
}

fn before_sign_in() -> Vec<Route> {
    vec![
        open(
            "/api/auth/register",
            "Registers an account with its owner; sends mail, whether or not the address is known",
        )
        .takes::<RegisterRequest>()
        .answers_empty(201, "Look into the inbox")
        .refuses(&[Code::RateLimited]),
        open(
            "/api/auth/verify-email",
            "Takes the link of a registration or of a change of address",
        )
        .takes::<TokenRequest>()
        .answers_empty(204, "Verified")
        .refuses(&[Code::Gone, Code::AddressInUse]),
        open(
            "/api/auth/resend-verification",
            "Mails the link of a registration again",
        )
        .takes::<EmailRequest>()
        .answers_empty(204, "Look into the inbox")
        .refuses(&[Code::RateLimited]),
        open(
            "/api/auth/forgot-password",
            "Mails a link to choose a new password",
        )
        .takes::<EmailRequest>()
        .answers_empty(204, "Look into the inbox")
        .refuses(&[Code::RateLimited]),
        open(
            "/api/auth/reset-password",
            "Takes such a link; ends every session of the member",
        )
        .takes::<ResetPasswordRequest>()
        .answers_empty(204, "Sign in with the new password")
        .refuses(&[Code::Gone]),
    ]
}

fn sign_in() -> Vec<Route> {
    vec![
        open("/api/auth/login", "Signs in; sets the refresh cookie")
            .takes::<LoginRequest>()
            .answers::<AccessGrant>(200, "Signed in")
            .refuses(&[
                Code::InvalidCredentials,
                Code::TotpRequired,
                Code::EmailUnverified,
                Code::RateLimited,
            ]),
        open(
            "/api/auth/login/totp",
            "Finishes a sign-in with the second factor",
        )
        .takes::<TotpLoginRequest>()
        .answers::<AccessGrant>(200, "Signed in")
        .refuses(&[Code::Gone, Code::RateLimited]),
        Route::post(
            "/api/auth/refresh",
            "auth",
            "A new access token; rotates the refresh cookie; the body may be left out",
        )
        .caller(Caller::RefreshCookie)
        .takes::<RefreshRequest>()
        .answers::<AccessGrant>(200, "Still signed in")
        .refuses(&[Code::SessionEnded, Code::SessionRevoked, Code::Superseded]),
        Route::post(
            "/api/auth/logout",
            "auth",
            "Signs out here or everywhere; the body may be left out",
        )
        .caller(Caller::RefreshCookie)
        .takes::<LogoutRequest>()
        .answers_empty(204, "Signed out, or was already"),
    ]
}

fn own() -> Vec<Route> {
    vec![
        Route::get("/api/auth/me", "auth", "The signed-in member")
            .caller(Caller::AnyOperator)
            .answers::<Me>(200, "The member"),
        Route::patch(
            "/api/auth/me",
            "auth",
            "Changes profile, availability, preferences",
        )
        .caller(Caller::Operator)
        .if_match()
        .takes::<UpdateMe>()
        .answers::<Me>(200, "The member as it is now"),
        Route::put(
            "/api/auth/password",
            "auth",
            "Changes the password; ends every other session of the member",
        )
        .caller(Caller::Operator)
        .takes::<ChangePasswordRequest>()
        .answers_empty(204, "Changed")
        .refuses(&[Code::RateLimited]),
        Route::post(
            "/api/auth/email-change",
            "auth",
            "Mails a link to the new address and a notice to the old one",
        )
        .caller(Caller::Operator)
        .takes::<ChangeEmailRequest>()
        .answers_empty(204, "Look into the new inbox")
        .refuses(&[Code::RateLimited]),
        Route::get(
            "/api/auth/sessions",
            "auth",
            "The member's sign-ins, latest use first",
        )
        .caller(Caller::Operator)
        .answers::<SessionList>(200, "Those that have not ended"),
        Route::delete(
            "/api/auth/sessions/{id}",
            "auth",
            "Ends one of the member's sign-ins",
        )
        .caller(Caller::Operator)
        .id("id", "The session")
        .answers_empty(204, "Ended"),
        Route::post(
            "/api/auth/totp/enrol",
            "auth",
            "Makes a secret that waits for its first code",
        )
        .caller(Caller::AnyOperator)
        .answers::<TotpEnrolment>(200, "The secret")
        .refuses(&[Code::Conflict]),
        Route::post(
            "/api/auth/totp/confirm",
            "auth",
            "Takes the first code: sign-ins need one from now on",
        )
        .caller(Caller::AnyOperator)
        .takes::<TotpCodeRequest>()
        .answers::<RecoveryCodes>(200, "Shown once")
        .refuses(&[Code::Conflict, Code::Gone, Code::RateLimited]),
        Route::post("/api/auth/totp/disable", "auth", "Takes the second factor away")
            .caller(Caller::Operator)
            .takes::<DisableTotpRequest>()
            .answers_empty(204, "Gone")
            .refuses(&[Code::Forbidden, Code::RateLimited]),
    ]
}

/// Members and invitations.
pub(super) fn team() -> Vec<Route> {
    let invite = |path| {
        Route::post(path, TEAM, "Invites someone; a repeat sends a new link")
            .caller(Caller::Operator)
            .takes::<InviteRequest>()
            .answers::<Member>(201, "Invited")
            .answers::<Member>(200, "Invited before; the new link replaces the old one")
            .refuses(&[Code::Forbidden, Code::RateLimited])
    };
    vec![
        Route::get(
            "/api/team/members",
            TEAM,
            "Everyone of the account, those invited included",
        )
        .caller(Caller::Operator)
        .answers::<MemberList>(200, "By name"),
        invite("/api/team/members"),
        Route::patch(
            "/api/team/members/{id}",
            TEAM,
            "Changes someone's role or websites",
        )
        .caller(Caller::Operator)
        .id("id", "The member, or who is invited")
        .if_match()
        .takes::<UpdateMember>()
        .answers::<Member>(200, "The member as it is now")
        .refuses(&[Code::Forbidden, Code::LastOwner]),
        Route::delete(
            "/api/team/members/{id}",
            TEAM,
            "Removes someone; ends every session of a member",
        )
        .caller(Caller::Operator)
        .id("id", "The member, or who is invited")
        .answers_empty(204, "Removed")
        .refuses(&[Code::Forbidden, Code::LastOwner]),
        invite("/api/team/invitations"),
        Route::get("/api/team/invitations/{token}", TEAM, "What an invitation says")
            .token()
            .answers::<Invitation>(200, "The invitation"),
        Route::post("/api/team/invitations/{token}/accept", TEAM, "Joins the team")
            .token()
            .takes::<AcceptInvitationRequest>()
            .answers_empty(204, "Sign in now")
            .refuses(&[Code::AddressInUse, Code::OriginRefused]),
        Route::get(
            "/api/team/security",
            TEAM,
            "What the account requires of its members",
        )
        .caller(Caller::Operator)
        .answers::<AccountSecurity>(200, "The rules"),
        Route::patch("/api/team/security", TEAM, "Changes that; owners only")
            .caller(Caller::Operator)
            .takes::<AccountSecurity>()
            .answers::<AccountSecurity>(200, "The rules as they are now")
            .refuses(&[Code::Forbidden]),
    ]
}
