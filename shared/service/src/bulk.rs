//! Many operations in one request (RFC 7644 §3.7), in few transactions.

use std::rc::Rc;

use rollcall_core::{
    BulkAction, BulkOperation, BulkPlan, BulkProgress, BulkRequest, BulkResponse, BulkUnit,
    JsonObject, Member, MemberChange, PatchRequest, ResourceType, ScimError, UnitError, etag,
    excerpt, members_of,
};
use rollcall_store::{Access, Besides, Database, Operation, Store};
use serde_json::Value as Json;

use crate::ctx::Ctx;
use crate::error::{Error, unavailable};
use crate::passwords::Hashes;
use crate::profile::{Profile, fresh_profile};
use crate::resources::{Created, IfMatch, View, create, delete, get, patch, replace};
use crate::session::Session;

/// How many operations are written in one transaction. Others wait for their writes meanwhile.
const BATCH: usize = 500;

/// How often a unit is run again because the tenant's settings changed meanwhile.
const ATTEMPTS: usize = 4;

/// Reads a request, and gives an id to each resource that it creates.
///
/// # Errors
/// 400 or 413 when the request as a whole is none.
pub fn plan_bulk<D: Database>(ctx: &Ctx<D>, body: JsonObject) -> Result<BulkPlan, ScimError> {
    let now = ctx.now();
    Ok(BulkRequest::parse(body)?.plan(|| ctx.new_id(now)))
}

/// Runs the operations of a request, each undone alone if it fails.
///
/// # Errors
/// 401; 500 or 503 when the store fails: operations that were written before that stay. [`Error::Reconfigured`] when the
/// tenant's settings have changed and nothing has been written, for what is permitted may be another matter now.
pub async fn bulk<D: Database>(
    ctx: &Ctx<D>,
    access: &Access,
    profile: &Profile,
    base: &str,
    plan: BulkPlan,
) -> Result<BulkResponse, Error> {
    let mut progress = BulkProgress::new(&plan, base);
    let mut batch = Batch {
        ctx,
        access,
        base,
        hashes: hash_all(ctx, &plan).await?,
        store: ctx.begin().await?,
        fresh: None,
        written: 0,
        has_committed: false,
    };
    while let Some(unit) = progress.next_unit() {
        let outcome = batch.run(profile, &plan, &unit).await?;
        progress.finish(&unit, outcome);
        batch.keep(unit.operations.len()).await?;
    }
    batch.store.commit().await?;
    Ok(progress.into_response())
}

/// Hashes the passwords of all operations, so that no other write has to wait for it.
async fn hash_all<D: Database>(ctx: &Ctx<D>, plan: &BulkPlan) -> Result<Hashes, Error> {
    let hashes = Hashes::default();
    for planned in &plan.operations {
        if let Ok(operation) = &planned.operation
            && let BulkAction::Post(data) | BulkAction::Put(data) = &operation.action
        {
            let named = data
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case("password"));
            if let Some((_, Json::String(password))) = named {
                // A password that is refused is the result of its operation.
                let _ = hashes.hash(ctx, password).await;
            }
        }
    }
    Ok(hashes)
}

/// What the operations of a request are written with.
struct Batch<'b, D: Database> {
    ctx: &'b Ctx<D>,
    access: &'b Access,
    base: &'b str,
    hashes: Hashes,
    store: Store<D>,
    /// The tenant's profile, if it has changed since the request began.
    fresh: Option<Rc<Profile>>,
    written: usize,
    /// Whether some of the operations can't be undone any more.
    has_committed: bool,
}

type Outcome = Result<Vec<Option<String>>, UnitError>;

impl<D: Database> Batch<'_, D> {
    /// Begins another transaction when this one is long enough.
    async fn keep(&mut self, operations: usize) -> Result<(), Error> {
        self.written += operations;
        if self.written >= BATCH {
            self.written = 0;
            self.store.commit().await?;
            self.has_committed = true;
            self.store.resume().await?;
        }
        Ok(())
    }

    /// Runs a unit: all of it, or nothing.
    ///
    /// # Errors
    /// When the store fails, in which case nothing more can be run.
    async fn run(
        &mut self,
        profile: &Profile,
        plan: &BulkPlan,
        unit: &BulkUnit,
    ) -> Result<Outcome, Error> {
        for _ in 0..ATTEMPTS {
            let current = self.fresh.clone();
            let profile = current.as_deref().unwrap_or(profile);
            let session = Session::in_batch(
                self.ctx,
                &self.store,
                self.access,
                (profile, self.base),
                &self.hashes,
            );
            // A statement is atomic by itself.
            if unit.circular {
                self.store.save().await?;
            }
            let outcome = run_unit(&session, plan, unit).await;
            if unit.circular {
                self.store.release(outcome.is_ok()).await?;
            }
            match outcome {
                Err((_, Error::Reconfigured)) if self.has_committed => {
                    let fresh = fresh_profile(self.ctx, self.access).await?;
                    if !permits_the_same(profile, &fresh, plan) {
                        return Err(interrupted().into());
                    }
                    self.fresh = Some(fresh);
                }
                Err((_, Error::Reconfigured)) => return Err(Error::Reconfigured),
                Err((_, Error::Refused(error))) if error.status >= 500 || error.status == 401 => {
                    return Err(error.into());
                }
                Err((operation, Error::Refused(error))) => {
                    return Ok(Err(UnitError {
                        operation: Some(operation),
                        error,
                    }));
                }
                Ok(versions) => return Ok(Ok(versions)),
            }
        }
        Err(Error::Reconfigured)
    }
}

/// Whether what was asked before the operations were run would be asked again in the same way: by the policies, and for
/// the same types.
fn permits_the_same(before: &Profile, now: &Profile, plan: &BulkPlan) -> bool {
    let operations = plan.operations.iter();
    let mut operations = operations.filter_map(|planned| planned.operation.as_ref().ok());
    before.settings.enforce_policies == now.settings.enforce_policies
        && operations.all(|operation| {
            let known = |profile: &Profile| profile.type_at(&operation.endpoint).is_some();
            known(before) == known(now)
        })
}

fn interrupted() -> ScimError {
    unavailable(
        "the tenant's settings have changed on the way: look at what has been written, and send the rest again",
    )
}

/// Runs the operations of a unit, and returns their entity-tags, or which one failed.
async fn run_unit<D: Database>(
    session: &Session<'_, D>,
    plan: &BulkPlan,
    unit: &BulkUnit,
) -> Result<Vec<Option<String>>, (usize, Error)> {
    let mut versions = Vec::with_capacity(unit.operations.len());
    // Those of a circle who can be enrolled only when all are there.
    let mut later = Vec::new();
    for (position, &index) in unit.operations.iter().enumerate() {
        let Some(Ok(operation)) = plan.operations.get(index).map(|o| o.operation.as_ref()) else {
            continue;
        };
        let to_come = unit.operations.get(position..).unwrap_or_default();
        let to_come: Vec<&str> = to_come
            .iter()
            .filter_map(|&index| id_of(plan, index))
            .collect();
        let ran = if unit.circular {
            let (operation, members) = without_members(session, operation, &to_come)
                .map_err(|error| (index, error.into()))?;
            later.push((position, index, members));
            run_one(session, &operation).await
        } else {
            run_one(session, operation).await
        };
        versions.push(ran.map_err(|error| (index, error))?);
    }
    for (position, index, members) in later {
        let Some(Ok(operation)) = plan.operations.get(index).map(|o| o.operation.as_ref()) else {
            continue;
        };
        if !members.is_empty() {
            let version = link(session, operation, members)
                .await
                .map_err(|error| (index, error))?;
            if let Some(place) = versions.get_mut(position) {
                *place = Some(version);
            }
        }
    }
    Ok(versions)
}

/// The id of the resource that an operation of the plan is about.
fn id_of(plan: &BulkPlan, index: usize) -> Option<&str> {
    let operation = plan.operations.get(index)?.operation.as_ref().ok()?;
    Some(operation.id.as_str())
}

/// The operation without those members that are not there yet, and them.
fn without_members<D: Database>(
    session: &Session<'_, D>,
    operation: &BulkOperation,
    to_come: &[&str],
) -> Result<(BulkOperation, Vec<Member>), ScimError> {
    let mut operation = operation.clone();
    let resource_type = type_of(session, &operation)?;
    let BulkAction::Post(data) = &mut operation.action else {
        return Ok((operation, Vec::new()));
    };
    let Some((_, target)) = resource_type.related() else {
        return Ok((operation, Vec::new()));
    };
    let listed = data
        .iter_mut()
        .find(|(name, _)| name.eq_ignore_ascii_case(&target.attr.name));
    let Some((_, Json::Array(members))) = listed else {
        return Ok((operation, Vec::new()));
    };
    let is_to_come = |member: &Json| {
        let id = member.get("value").or(Some(member)).and_then(Json::as_str);
        id.is_some_and(|id| to_come.contains(&id))
    };
    let (later, now): (Vec<Json>, Vec<Json>) = members.drain(..).partition(is_to_come);
    *members = now;
    let mut later = JsonObject::from_iter([(target.attr.name.clone(), Json::Array(later))]);
    let later = members_of(&mut later, resource_type)?.unwrap_or_default();
    Ok((operation, later))
}

/// Enrols those who were not there before, and returns the group's entity-tag.
async fn link<D: Database>(
    session: &Session<'_, D>,
    operation: &BulkOperation,
    members: Vec<Member>,
) -> Result<String, Error> {
    let resource_type = type_of(session, operation)?;
    let besides = Besides {
        members: MemberChange {
            add: members,
            ..MemberChange::default()
        },
        password: None,
    };
    let what = (operation.id.as_str(), None);
    session
        .store
        .update_besides(
            &session.caller(),
            resource_type,
            Operation::Patch,
            what,
            &besides,
        )
        .await?;
    let found = get(session, resource_type, &operation.id, &View::default()).await?;
    Ok(etag(found.version))
}

/// Runs one operation, and returns the entity-tag of what it leaves.
async fn run_one<D: Database>(
    session: &Session<'_, D>,
    operation: &BulkOperation,
) -> Result<Option<String>, Error> {
    let resource_type = type_of(session, operation)?;
    let if_match = match &operation.version {
        None => IfMatch::Any,
        Some(version) => IfMatch::parse([version.as_str()]),
    };
    let what = (operation.id.as_str(), &if_match);
    let view = View::default();
    let found = match &operation.action {
        BulkAction::Post(data) => {
            let id = Some(operation.id.clone());
            // Nobody is put in the place of another by a batch.
            let may_replace = async |_: &str| Ok(());
            match create(session, resource_type, id, data.clone(), &view, may_replace).await? {
                Created::New(found) | Created::Restored(found) => found,
            }
        }
        BulkAction::Put(data) => replace(session, resource_type, what, data.clone(), &view).await?,
        BulkAction::Patch(data) => {
            let request = PatchRequest::parse(data.clone(), session.mode())?;
            patch(session, resource_type, what, &request.operations, &view).await?
        }
        BulkAction::Delete => {
            delete(session, resource_type, what).await?;
            return Ok(None);
        }
    };
    Ok(Some(etag(found.version)))
}

fn type_of<'p, D: Database>(
    session: &Session<'p, D>,
    operation: &BulkOperation,
) -> Result<&'p ResourceType, ScimError> {
    session.profile.type_at(&operation.endpoint).ok_or_else(|| {
        ScimError::not_found(format!(
            "there is nothing at `{}`: /ResourceTypes has the endpoints",
            excerpt(&operation.endpoint)
        ))
    })
}
