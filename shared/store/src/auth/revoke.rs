//! Revocation (RFC 7009): of one token, of a family, of all that was issued to a client or for a person.

use rollcall_core::Timestamp;

use super::actor::Actor;
use crate::access::{TenantName, TokenHash};
use crate::administrator::Administrator;
use crate::error::StoreError;
use crate::procedures::REVOCATION;
use crate::sql::{Database, Value};
use crate::store::Store;

impl<D: Database> Store<D> {
    /// Revokes an opaque access token of the client's. One that is unknown, or another client's, is passed over.
    ///
    /// # Errors
    /// [`StoreError::Busy`]; [`StoreError::Backend`].
    pub async fn revoke_opaque(
        &self,
        tenant: &TenantName,
        client: &str,
        hash: &TokenHash,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement =
            "INSERT INTO end_access (tenant, at, actor, client, hash) VALUES (?1, ?2, ?3, ?4, ?5)";
        let actor = Actor::Client(client);
        self.end(statement, tenant, actor, [actor.client(), hash.into()], now)
            .await
    }

    /// Revokes the family of a refresh token of the client's, used or not: its access tokens, too. One that is unknown,
    /// or another client's, is passed over.
    ///
    /// # Errors
    /// [`StoreError::Busy`]; [`StoreError::Backend`].
    pub async fn revoke_refresh(
        &self,
        tenant: &TenantName,
        client: &str,
        hash: &TokenHash,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement =
            "INSERT INTO end_refresh (tenant, at, actor, client, hash) VALUES (?1, ?2, ?3, ?4, ?5)";
        let actor = Actor::Client(client);
        self.end(statement, tenant, actor, [actor.client(), hash.into()], now)
            .await
    }

    /// Revokes a JWT by its `jti`, which is remembered until it would have expired. That it is one of the tenant's, and
    /// the actor's, is for the caller to check.
    ///
    /// # Errors
    /// [`StoreError::Busy`]; [`StoreError::Backend`].
    pub async fn revoke_jwt(
        &self,
        tenant: &TenantName,
        actor: Actor<'_>,
        (jti, expires): (&str, Timestamp),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement =
            "INSERT INTO end_jwt (tenant, at, actor, jti, expires) VALUES (?1, ?2, ?3, ?4, ?5)";
        let what = [jti.into(), expires.as_micros().into()];
        self.end(statement, tenant, actor, what, now).await
    }

    /// Revokes a grant with all of its tokens; of another client's than the actor nothing.
    ///
    /// # Errors
    /// [`StoreError::Busy`]; [`StoreError::Backend`].
    pub async fn revoke_grant(
        &self,
        tenant: &TenantName,
        actor: Actor<'_>,
        id: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement =
            "INSERT INTO end_grant (tenant, at, actor, client, id) VALUES (?1, ?2, ?3, ?4, ?5)";
        self.end(statement, tenant, actor, [actor.client(), id.into()], now)
            .await
    }

    /// Revokes all that was issued to a client, which may go on.
    ///
    /// # Errors
    /// [`StoreError::NotFound`].
    pub async fn revoke_all_of_client(
        &self,
        tenant: &TenantName,
        actor: Actor<'_>,
        id: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = "INSERT INTO end_client (tenant, at, actor, id) VALUES (?1, ?2, ?3, ?4)";
        self.end(statement, tenant, actor, [id.into()], now).await
    }

    /// Revokes all that was issued for a person, who may go on.
    ///
    /// # Errors
    /// [`StoreError::NotFound`]; for a delegate [`StoreError::Unauthenticated`] and [`StoreError::Reconfigured`], too.
    pub async fn revoke_all_of_person(
        &self,
        by: Administrator<'_>,
        id: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let statement = format!(
            "INSERT INTO end_person (tenant, at, actor, revision, id) VALUES (?1, ?3, {}, ?4, ?5)",
            by.actor()
        );
        let mut parameters = by.parameters(now);
        parameters.extend([by.revision(), id.into()]);
        self.call(&REVOCATION, &statement, parameters)
            .await
            .map(drop)
    }

    async fn end<const N: usize>(
        &self,
        statement: &str,
        tenant: &TenantName,
        actor: Actor<'_>,
        what: [Value; N],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let mut parameters = vec![tenant.as_str().into(), now.as_micros().into(), actor.into()];
        parameters.extend(what);
        self.call(&REVOCATION, statement, parameters)
            .await
            .map(drop)
    }
}
