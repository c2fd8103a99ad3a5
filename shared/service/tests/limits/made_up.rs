//! An address gets no more out of names that it makes up, wherever it sends them.

use pollster::block_on;
use rollcall_service::limits::{self, Admission, Client, LimitSettings, Policy};
use rollcall_service::{Ctx, TenantName, admin};
use rollcall_store::rusqlite::File;

use crate::{Caller, Shared, Time, over, rate};

const HERE: &str = "192.0.2.1";

/// Two instances over one store, which has the tenant `acme`, and one limiter. An address has three requests a minute.
struct World {
    _dir: tempfile::TempDir,
    shared: Shared,
    instances: [(Ctx<File>, Time); 2],
}

impl World {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let shared = Shared::default();
        let instances = [(); 2].map(|()| {
            let settings = LimitSettings {
                address: rate("3/1m"),
                ..LimitSettings::default()
            };
            let (ctx, time) = over(File(dir.path().join("limits.db")), settings);
            (ctx.with_limiter(shared.clone()), time)
        });
        let settings = admin::TenantSettings::default();
        block_on(admin::create_tenant(&instances[0].0, "acme", &settings)).unwrap();
        Self {
            _dir: dir,
            shared,
            instances,
        }
    }

    /// What comes of a request that is answered with a refusal.
    fn refused_at(&self, instance: usize, tenant: &str, address: &str) -> Admission {
        let (ctx, _) = &self.instances[instance];
        let tenant = TenantName::parse(tenant).unwrap();
        let address: std::net::IpAddr = address.parse().unwrap();
        let caller = Caller {
            endpoint: "scim",
            tenant: &tenant,
            client: Some(Client::Token("t")),
            address: Some(address.into()),
        };
        let admission = block_on(limits::admit(ctx, &caller));
        match limits::unseen(ctx, &caller) {
            Some(unseen) if admission.is_allowed() => block_on(limits::settle(ctx, unseen, false)),
            _ => admission,
        }
    }

    /// How many of so many names pass.
    fn made_up(&self, instance: usize, count: usize) -> usize {
        let admissions = (0..count).map(|n| self.refused_at(instance, &format!("n{n}"), HERE));
        admissions.filter(Admission::is_allowed).count()
    }
}

#[test]
fn all_instances_count_together() {
    let world = World::new();
    assert_eq!(world.made_up(0, 10), 3);
    // Another one learns of it with the first, and asks nobody from then on.
    let first = world.refused_at(1, "more", HERE);
    assert_eq!(first.refusing(), Some(Policy::Address));
    assert_eq!(first.retry_after_secs(), Some(20));
    let calls = world.shared.calls.get();
    assert_eq!(world.made_up(1, 10), 0);
    assert_eq!(world.shared.calls.get(), calls);
    assert!(world.refused_at(1, "more", "192.0.2.2").is_allowed());
    for (_, time) in &world.instances {
        time.0.set(20_000_000);
    }
    assert_eq!(world.made_up(0, 10) + world.made_up(1, 10), 1);
}

#[test]
fn each_counts_for_itself_while_the_limiter_is_down() {
    let world = World::new();
    world.shared.is_down.set(true);
    assert_eq!([world.made_up(0, 10), world.made_up(1, 10)], [3, 3]);
}

#[test]
fn a_tenant_that_there_is_has_its_own_budget_and_none_of_theirs() {
    let world = World::new();
    for _ in 0..3 {
        assert!(world.refused_at(0, "acme", HERE).is_allowed());
    }
    assert!(!world.refused_at(0, "acme", HERE).is_allowed());
    assert_eq!(world.made_up(0, 10), 3);
    for (_, time) in &world.instances {
        time.0.set(60_000_000);
    }
    // It is known here, so that nobody who makes names up keeps it out.
    assert_eq!(world.made_up(0, 10), 3);
    assert!(world.refused_at(0, "acme", HERE).is_allowed());
}

/// A script in a cluster takes keys of one node alone.
#[test]
fn no_call_has_keys_of_a_tenant_and_of_nobody() {
    let world = World::new();
    world.made_up(0, 1);
    let keys: Vec<_> = world.shared.keys.borrow().iter().cloned().collect();
    assert_eq!(
        keys,
        [
            "rollcall:limit:{n0}:scim:address.192.0.2.1",
            "rollcall:limit:{nobody.192.0.2.1}:scim",
        ]
    );
    assert_eq!(world.shared.calls.get(), 2);
}
