//! Decisions by a tenant's policies, over the people and groups of its SCIM store.

mod admin;
mod cache;
mod decide;
mod guard;
mod question;
mod rule;

pub use admin::{
    PolicyError, Uploaded, activate_policies, policies, policy_versions, publish_policies,
    validate_policies, withdraw_policies,
};
pub use cache::PolicyCache;
pub use decide::{Actions, Semantic, evaluate, search_actions};
pub use guard::{Deed, enforce};
pub use question::{Action, Decision, Evaluation, Party, Reason};
pub use rule::{Demand, rule};
