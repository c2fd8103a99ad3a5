//! The use cases over a SQLite file, with a clock that stands still and a net that answers what it is told.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::{pending, ready};
use std::rc::Rc;

use pollster::block_on;
use rollcall_core::{JsonObject, Timestamp};
use rollcall_oauth::jose::MasterKeys;
use rollcall_service::auth::Issuer;
use rollcall_service::resources::{self, Created, View};
use rollcall_service::{
    Access, Answer as Later, Clock, Config, Ctx, Fetch, FetchError, Fetched, Session, TenantName,
    TokenHash, admin, fresh_profile,
};
use rollcall_store::rusqlite::File;
use rollcall_store::{Change, Durability};
use serde_json::{Value as Json, json};

use crate::fakes::{Counting, NoPasswords};

const START: i64 = 1_800_000_000;

#[derive(Clone)]
struct Still(Rc<Cell<i64>>);

impl Clock for Still {
    fn now(&self) -> Timestamp {
        Timestamp::from_secs(self.0.get())
    }
}

/// What the net does at one request.
pub enum Net {
    Answers(Fetched),
    Fails(FetchError),
    /// It says nothing, for as long as anyone waits.
    Hangs,
}

/// Answers in order, and counts; without one left nobody may ask.
#[derive(Clone, Default)]
pub struct FakeNet {
    pub answers: Rc<RefCell<VecDeque<Net>>>,
    pub asked: Rc<RefCell<Vec<String>>>,
    pub paused: Rc<RefCell<Vec<u64>>>,
}

impl Fetch for FakeNet {
    fn get<'a>(&'a self, address: &'a str, _: usize) -> Later<'a, Result<Fetched, FetchError>> {
        self.asked.borrow_mut().push(address.to_owned());
        match self.answers.borrow_mut().pop_front() {
            Some(Net::Answers(fetched)) => Box::pin(ready(Ok(fetched))),
            Some(Net::Fails(error)) => Box::pin(ready(Err(error))),
            Some(Net::Hangs) => Box::pin(pending()),
            None => Box::pin(ready(Err(FetchError::Unreachable("unexpected".into())))),
        }
    }

    fn pause(&self, millis: u64) -> Later<'_, ()> {
        Box::pin(async move { self.paused.borrow_mut().push(millis) })
    }
}

pub struct World {
    dir: tempfile::TempDir,
    clock: Rc<Cell<i64>>,
    pub net: FakeNet,
    pub ctx: Ctx<File>,
    pub issuer: Issuer,
}

impl World {
    pub fn new() -> Self {
        Self::with(Config::default())
    }

    pub fn with(config: Config) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let clock = Rc::new(Cell::new(START));
        let net = FakeNet::default();
        let ctx = context(&dir, &clock, 0, config).with_fetch(net.clone());
        let issuer = Issuer::at("https://id.example.com", TenantName::default_tenant());
        Self {
            dir,
            clock,
            net,
            ctx,
            issuer,
        }
    }

    /// Another instance over the same store and net.
    pub fn instance(&self) -> Ctx<File> {
        let ctx = context(&self.dir, &self.clock, 1 << 32, Config::default());
        ctx.with_fetch(self.net.clone())
    }

    pub fn now(&self) -> i64 {
        self.clock.get()
    }

    pub fn pass(&self, secs: i64) {
        self.clock.set(self.now() + secs);
    }

    /// What the net will do next.
    pub fn expect(&self, answers: impl IntoIterator<Item = Net>) {
        *self.net.answers.borrow_mut() = answers.into_iter().collect();
        self.net.asked.borrow_mut().clear();
        self.net.paused.borrow_mut().clear();
    }

    /// How often the net was asked since then.
    pub fn asked(&self) -> usize {
        self.net.asked.borrow().len()
    }

    /// Creates a person, and returns their id.
    pub fn person(&self, attributes: &Json) -> String {
        let issued = block_on(admin::create_token(&self.ctx, "default", "test", None)).unwrap();
        let access = Access {
            tenant: TenantName::default_tenant(),
            token: TokenHash::of(&issued.secret).into(),
        };
        let profile = block_on(fresh_profile(&self.ctx, &access)).unwrap();
        let base = "https://id.example.com/scim/v2";
        let session = block_on(Session::new(&self.ctx, &access, &profile, base)).unwrap();
        let view = View {
            subs: &[],
            most: None,
        };
        let rt = profile.type_at("/Users").unwrap();
        let mut data = object(attributes);
        let schema = "urn:ietf:params:scim:schemas:core:2.0:User";
        data.insert("schemas".into(), json!([schema]));
        let created = block_on(resources::create(
            &session,
            rt,
            None,
            data,
            &view,
            async |_| Ok(()),
        ))
        .unwrap();
        match created {
            Created::New(found) | Created::Restored(found) => found.id,
        }
    }

    /// The change log: actor, operation and type.
    pub fn log(&self) -> Vec<Change> {
        block_on(admin::changes(&self.ctx, "default", 0, None)).unwrap()
    }

    /// The last entry of the change log.
    #[track_caller]
    pub fn last_is(&self, actor: &str, operation: &str, resource_type: &str, id: &str) {
        let last = self.log().pop().unwrap();
        let found = (
            &*last.actor,
            &*last.operation,
            &*last.resource_type,
            &*last.resource,
        );
        assert_eq!(found, (actor, operation, resource_type, id));
    }
}

fn context(
    dir: &tempfile::TempDir,
    clock: &Rc<Cell<i64>>,
    first: u64,
    config: Config,
) -> Ctx<File> {
    let file = File(dir.path().join("clients.db"));
    let config = Config {
        durability: Durability::Normal,
        master_key: MasterKeys::parse("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").ok(),
        ..config
    };
    let random = Counting::after(first);
    Ctx::new(file, Still(Rc::clone(clock)), random, NoPasswords, config)
}

pub fn object(json: &Json) -> JsonObject {
    json.as_object().unwrap().clone()
}
