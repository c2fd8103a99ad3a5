//! What a [`Guard`](crate::Guard) does: whether the tenant's policies permit what a caller is about to do.

use rollcall_core::JsonObject;
use rollcall_core::policy::{CLIENT, Entity, EntityName, PolicySet, Question, USER};
use rollcall_store::{Access, Credential, Database, StoreError, TenantName, Wanted};
use serde_json::Value as Json;

use super::cache::PolicyCache;
use super::question::known_entity;
use crate::ctx::Ctx;
use crate::ports::Ruling;

/// The entity type of provisioning tokens, which go by their names.
const PROVISIONING_TOKEN: &str = "ProvisioningToken";

/// The entity type of resource types, which go by their names.
const RESOURCE_TYPE: &str = "ResourceType";

/// What is asked.
#[derive(Debug)]
pub struct Demand {
    access: Access,
    /// The type of the caller's entity, and where the store has it.
    caller: (&'static str, Wanted),
    deeds: Vec<Deed>,
}

#[derive(Debug)]
struct Deed {
    action: String,
    kind: String,
    id: Option<String>,
    is_deleted: bool,
}

impl Demand {
    /// As it came; `None` for what is none.
    #[must_use]
    pub fn from_json(json: &Json) -> Option<Self> {
        let text = |json: &Json| json.as_str().map(str::to_owned);
        let token = Credential::from_json(&json[1])?;
        // Whom the token was issued for goes before the client that it was issued to.
        let caller = match (&token, text(&json[2]), text(&json[3])) {
            (Credential::Provisioning(_), None, None) => (PROVISIONING_TOKEN, Wanted::Token),
            (Credential::Provisioning(_), ..) | (_, None, None) => return None,
            (_, _, Some(person)) => (USER, Wanted::Resource(USER.to_owned(), person)),
            (_, Some(client), None) => (CLIENT, Wanted::Client(client)),
        };
        let deeds = json[4].as_array()?.iter().map(|deed| {
            Some(Deed {
                action: text(&deed[0])?,
                kind: text(&deed[1])?,
                id: match &deed[2] {
                    Json::Null => None,
                    id => Some(text(id)?),
                },
                is_deleted: deed[3].as_bool()?,
            })
        });
        Some(Self {
            access: Access {
                tenant: TenantName::parse(json[0].as_str()?)?,
                token,
            },
            caller,
            deeds: deeds.collect::<Option<_>>()?,
        })
    }
}

/// Whether the policies permit all that is asked. Whoever is not there or inactive may do nothing, and without policies
/// nobody may do anything.
///
/// # Errors
/// [`StoreError`] when the store fails, or what it has is damaged.
pub async fn rule<D: Database, P: PolicySet>(
    ctx: &Ctx<D>,
    cache: &PolicyCache<P>,
    demand: &Demand,
) -> Result<Ruling, StoreError> {
    let (kind, caller) = &demand.caller;
    let mut wanted = vec![caller.clone()];
    wanted.extend(demand.deeds.iter().map(Deed::wanted));
    let tenant = &demand.access.tenant;
    let known = cache.get(tenant);
    let id = known.as_ref().map(|known| known.id);
    let store = ctx.store().await?;
    let basis = match store.basis(&demand.access, ctx.now(), &wanted, id).await {
        Err(StoreError::Unauthenticated) => return Ok(Ruling::Unauthenticated),
        other => other?,
    };
    let Some(known) = cache.current(tenant, known, basis.policies)? else {
        return Ok(Ruling::Denied(0));
    };
    let mut found = basis.principals.into_iter();
    let caller = found.next().flatten();
    let Some(caller) = caller.filter(|caller| !caller.is_inactive()) else {
        return Ok(Ruling::Denied(0));
    };
    let principal = known_entity(kind, &caller, &known.set);
    for (at, deed) in demand.deeds.iter().enumerate() {
        let question = Question {
            principal: principal.clone(),
            action: deed.action.clone(),
            resource: match found.next().flatten() {
                Some(found) if deed.id.is_some() => known_entity(&deed.kind, &found, &known.set),
                _ => deed.entity(),
            },
            context: JsonObject::new(),
        };
        if known.set.decide(&question) != rollcall_core::policy::Verdict::Permitted {
            return Ok(Ruling::Denied(at));
        }
    }
    Ok(Ruling::Permitted)
}

impl Deed {
    /// Where the store has the resource; of a type there is nothing to find.
    fn wanted(&self) -> Wanted {
        let id = self.id.clone().unwrap_or_default();
        if self.is_deleted {
            Wanted::Deleted(id)
        } else {
            Wanted::Resource(self.kind.clone(), id)
        }
    }

    /// A resource that the store does not have, or a type.
    fn entity(&self) -> Entity {
        let name = match &self.id {
            Some(id) => EntityName::new(&self.kind, id),
            None => EntityName::new(RESOURCE_TYPE, &self.kind),
        };
        Entity {
            name,
            attributes: JsonObject::new(),
            parents: Vec::new(),
        }
    }
}
