//! Deciding: one statement, then the engine.

use std::rc::Rc;

use rollcall_core::JsonObject;
use rollcall_core::policy::{CLIENT, GROUP, PolicySet, USER};
use rollcall_store::{Access, Database, Principal, Wanted};

use super::cache::{Known, PolicyCache};
use super::question::{Action, Decision, Evaluation, Party, Reason, question};
use crate::ctx::Ctx;
use crate::error::Error;

/// When the questions of a batch are at an end (AuthZEN Authorization API 1.0 §7.1.2).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Semantic {
    /// When all have been answered.
    #[default]
    ExecuteAll,
    /// At the first no.
    DenyOnFirstDeny,
    /// At the first yes.
    PermitOnFirstPermit,
}

impl Semantic {
    fn ends_with(self, decision: &Decision) -> bool {
        match self {
            Self::ExecuteAll => false,
            Self::DenyOnFirstDeny => !decision.is_permitted(),
            Self::PermitOnFirstPermit => decision.is_permitted(),
        }
    }
}

/// Answers questions in their order, up to where `semantic` ends. All answers are of one moment.
///
/// # Errors
/// 401 when the token does not open the tenant; 500 when the store fails.
pub async fn evaluate<D: Database, P: PolicySet>(
    ctx: &Ctx<D>,
    cache: &PolicyCache<P>,
    access: &Access,
    evaluations: &[Evaluation],
    semantic: Semantic,
) -> Result<Vec<Decision>, Error> {
    let parties = evaluations
        .iter()
        .flat_map(|evaluation| [&evaluation.subject, &evaluation.resource]);
    let basis = Basis::read(ctx, cache, access, parties).await?;
    let mut decisions = Vec::with_capacity(evaluations.len());
    for evaluation in evaluations {
        let decision = basis.decide(evaluation);
        let is_last = semantic.ends_with(&decision);
        decisions.push(decision);
        if is_last {
            break;
        }
    }
    Ok(decisions)
}

/// What a search for actions finds.
#[derive(Clone, Debug, PartialEq)]
pub enum Actions {
    /// Those that are permitted, of the schema's.
    Permitted(Vec<String>),
    /// None is, for a reason that has nothing to do with them.
    None(Reason),
}

/// The actions of the schema that the subject may do with the resource (AuthZEN Authorization API 1.0 §8.6).
///
/// # Errors
/// As [`evaluate`].
pub async fn search_actions<D: Database, P: PolicySet>(
    ctx: &Ctx<D>,
    cache: &PolicyCache<P>,
    access: &Access,
    mut evaluation: Evaluation,
) -> Result<Actions, Error> {
    let parties = [&evaluation.subject, &evaluation.resource];
    let basis = Basis::read(ctx, cache, access, parties.into_iter()).await?;
    let Some(known) = &basis.policies else {
        return Ok(Actions::None(Reason::NoPolicies));
    };
    if let Err(reason) = basis.subject(&evaluation.subject) {
        return Ok(Actions::None(reason));
    }
    let types = (
        evaluation.subject.entity_type(),
        evaluation.resource.entity_type(),
    );
    let mut permitted = Vec::new();
    for name in known.set.actions(types.0, types.1) {
        evaluation.action = Action {
            name,
            properties: JsonObject::new(),
        };
        if basis.decide(&evaluation).is_permitted() {
            permitted.push(evaluation.action.name.clone());
        }
    }
    Ok(Actions::Permitted(permitted))
}

/// What decisions rest on.
struct Basis<P> {
    policies: Option<Rc<Known<P>>>,
    wanted: Vec<Wanted>,
    found: Vec<Option<Principal>>,
}

impl<P: PolicySet> Basis<P> {
    /// Reads it, in one statement.
    async fn read<'p, D: Database>(
        ctx: &Ctx<D>,
        cache: &PolicyCache<P>,
        access: &Access,
        parties: impl Iterator<Item = &'p Party>,
    ) -> Result<Self, Error> {
        let mut wanted: Vec<Wanted> = Vec::new();
        for party in parties.filter_map(Party::wanted) {
            if !wanted.contains(&party) {
                wanted.push(party);
            }
        }
        let known = cache.get(&access.tenant);
        let id = known.as_ref().map(|known| known.id);
        let store = ctx.store().await?;
        let basis = store.basis(access, ctx.now(), &wanted, id).await?;
        Ok(Self {
            policies: cache.current(&access.tenant, known, basis.policies)?,
            wanted,
            found: basis.principals,
        })
    }

    fn find(&self, party: &Party) -> Option<&Principal> {
        let wanted = party.wanted()?;
        let place = self.wanted.iter().position(|known| *known == wanted)?;
        self.found.get(place)?.as_ref()
    }

    /// The subject as it stands in the store. Whoever is not there, or has been deactivated, is nobody.
    fn subject(&self, party: &Party) -> Result<&Principal, Reason> {
        match party.entity_type() {
            USER | GROUP | CLIENT => match self.find(party) {
                None => Err(Reason::SubjectUnknown),
                Some(found) if found.is_inactive() => Err(Reason::SubjectInactive),
                Some(found) => Ok(found),
            },
            _ => Err(Reason::SubjectType),
        }
    }

    fn decide(&self, evaluation: &Evaluation) -> Decision {
        let Some(known) = &self.policies else {
            return Decision::no(Reason::NoPolicies);
        };
        let (subject, resource) = (&evaluation.subject, &evaluation.resource);
        let principal = match self.subject(subject) {
            Ok(principal) => subject.entity(Some(principal), &known.set),
            Err(reason) => return Decision::no(reason),
        };
        let resource = resource.entity(self.find(resource), &known.set);
        let asked = question(principal, &evaluation.action, resource, &evaluation.context);
        known.set.decide(&asked).into()
    }
}
