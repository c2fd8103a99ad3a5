//! What the admin API does with people: it ends their access, and keeps, brings back and forgets the deleted. The operator
//! may do it, and whoever the tenant's policies let do it.

use http::{Method, StatusCode};
use rollcall_service::policy::Deed;
use rollcall_service::{Administrator, Ctx, Database, admin};

use super::deleted;
use crate::problem::Problem;
use crate::respond::{self, FullResponse};

/// The resource type of people.
const USER: &str = "User";

/// What is to be done, and with whom.
#[derive(Clone, Copy)]
pub(super) enum Act<'a> {
    Revoke(&'a str),
    List,
    Restore(&'a str),
    Purge(&'a str),
}

impl<'a> Act<'a> {
    /// What a request is for, and the tenant that it names; `None` where that has nothing to do with people.
    pub fn of(segments: &[&'a str], method: &Method) -> Option<(&'a str, Self)> {
        let (tenant, act) = match (segments, method) {
            (["tenants", tenant, "users", id, "revoke"], &Method::POST) => {
                (tenant, Self::Revoke(id))
            }
            (["tenants", tenant, "deleted"], &Method::GET) => (tenant, Self::List),
            (["tenants", tenant, "deleted", id, "restore"], &Method::POST) => {
                (tenant, Self::Restore(id))
            }
            (["tenants", tenant, "deleted", id], &Method::DELETE) => (tenant, Self::Purge(id)),
            _ => return None,
        };
        Some((tenant, act))
    }

    /// What policies are asked.
    pub const fn deed(self) -> Deed<'a> {
        let (action, id, is_deleted) = match self {
            Self::Revoke(id) => ("admin:revoke", Some(id), false),
            Self::List => ("admin:list", None, false),
            Self::Restore(id) => ("admin:restore", Some(id), true),
            Self::Purge(id) => ("admin:purge", Some(id), true),
        };
        Deed {
            action,
            kind: USER,
            id,
            is_deleted,
        }
    }

    /// Does it.
    pub async fn answer<D: Database>(
        self,
        ctx: &Ctx<D>,
        by: Administrator<'_>,
        query: Option<&str>,
    ) -> Result<FullResponse, Problem> {
        match self {
            Self::Revoke(id) => {
                admin::revoke_person(ctx, by, id).await?;
                Ok(respond::empty(StatusCode::NO_CONTENT))
            }
            Self::List => deleted::list(ctx, by, query).await,
            Self::Restore(id) => deleted::restore(ctx, by, id).await,
            Self::Purge(id) => deleted::purge(ctx, by, id).await,
        }
    }
}
