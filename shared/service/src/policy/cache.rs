//! The parsed policy sets that an instance keeps.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use rollcall_core::policy::PolicySet;
use rollcall_store::{ActivePolicies, StoreError, TenantName};

/// How many tenants' policies an instance keeps.
const MAX_TENANTS: usize = 32;

/// The policy set of each tenant that an instance has served, as it was last active. Whether it still is, is for the
/// statement that reads the principals to say.
pub struct PolicyCache<P>(RefCell<BTreeMap<TenantName, Rc<Known<P>>>>);

/// A parsed policy set.
pub(super) struct Known<P> {
    /// What the store remembers it by.
    pub id: i64,
    /// The set.
    pub set: P,
}

impl<P> Default for PolicyCache<P> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<P: PolicySet> PolicyCache<P> {
    pub(super) fn get(&self, tenant: &TenantName) -> Option<Rc<Known<P>>> {
        self.0.borrow().get(tenant).cloned()
    }

    /// The set that is active now; `known` is what [`Self::get`] returned before the store was asked.
    ///
    /// # Errors
    /// [`StoreError::Backend`] when what is stored can't be read, although it was checked before it was stored.
    pub(super) fn current(
        &self,
        tenant: &TenantName,
        known: Option<Rc<Known<P>>>,
        active: Option<ActivePolicies>,
    ) -> Result<Option<Rc<Known<P>>>, StoreError> {
        let Some(active) = active else {
            self.0.borrow_mut().remove(tenant);
            return Ok(None);
        };
        let Some(text) = active.text else {
            return Ok(known);
        };
        let set = P::load(&text.policies, text.schema.as_deref()).map_err(|findings| {
            let first = findings.first().map(|finding| finding.message.as_str());
            let first = first.unwrap_or_default();
            StoreError::Backend(format!("the policies of a tenant are damaged: {first}"))
        })?;
        let fresh = Rc::new(Known { id: active.id, set });
        let mut kept = self.0.borrow_mut();
        if kept.len() >= MAX_TENANTS && !kept.contains_key(tenant) {
            kept.clear();
        }
        kept.insert(tenant.clone(), Rc::clone(&fresh));
        Ok(Some(fresh))
    }
}
