//! `/api/websites/{id}/identity`: the secret with which a website proves who its visitors are. For owners and admins.

use axum::Json;
use axum::extract::State;
use switchboard_contract::audit::AuditKind;
use switchboard_contract::auth::Role;
use switchboard_contract::ids::WebsiteId;
use switchboard_contract::visitor::IdentitySecret;

use super::rows;
use crate::audit::Deed;
use crate::auth::Operator;
use crate::db::Lock;
use crate::http::IdPath;
use crate::problem::ApiResult;
use crate::state::AppState;
use crate::visitor::identify;

/// The secret.
pub(crate) async fn show(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<WebsiteId>,
) -> ApiResult<Json<IdentitySecret>> {
    operator.require(Role::Admin)?;
    let keys = state.keys.clone();
    let secret = state
        .db
        .read(move |tx| {
            Box::pin(async move {
                rows::visible(tx, &operator, id).await?;
                identify::secret(tx, &keys, id).await
            })
        })
        .await?;
    Ok(Json(IdentitySecret { secret }))
}

/// Another secret; the one before proves nothing from then on.
pub(crate) async fn renew(
    State(state): State<AppState>,
    operator: Operator,
    IdPath(id): IdPath<WebsiteId>,
) -> ApiResult<Json<IdentitySecret>> {
    operator.require(Role::Admin)?;
    let keys = state.keys.clone();
    let secret = state
        .db
        .write(move |tx| {
            Box::pin(async move {
                tx.lock(Lock::Website(id)).await?;
                let website = rows::visible(tx, &operator, id).await?.wire;
                Deed::new(AuditKind::IdentityRenewed)
                    .to(id, website.name)
                    .on(id)
                    .by(tx, &operator)
                    .await?;
                sqlx::query(
                    "UPDATE websites SET identity_generation = identity_generation + 1 WHERE id = $1",
                )
                .bind(id.to_string())
                .execute(tx.conn())
                .await?;
                identify::secret(tx, &keys, id).await
            })
        })
        .await?;
    Ok(Json(IdentitySecret { secret }))
}
