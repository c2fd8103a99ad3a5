//! The use cases over a SQLite file.

use std::cell::Cell;
use std::rc::Rc;

use pollster::block_on;
use rollcall_core::{BULK_REQUEST_SCHEMA, JsonObject, Mode, PatchRequest, ResourceType, Timestamp};
use rollcall_service::resources::{self, Created, IfMatch, Results, SearchRequest, Searched, View};
use rollcall_service::{
    Access, Clock, Config, Ctx, Error, Found, Profile, Session, TenantName, TokenHash, admin, bulk,
    fresh_profile, plan_bulk,
};
use rollcall_store::Durability;
use rollcall_store::rusqlite::File;
use serde_json::{Value as Json, json};

use crate::bodies::data;
use crate::fakes::{Counting, NoPasswords};
use crate::model::Model;
use crate::steps::{Kind, Step};
use crate::view::BASE;

/// A clock that goes on by a millisecond each time that it is read.
struct Ticking(Cell<i64>);

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        self.0.set(self.0.get() + 1);
        Timestamp::from_millis(self.0.get())
    }
}

pub struct Service {
    _dir: tempfile::TempDir,
    ctx: Ctx<File>,
    access: Access,
    profile: Rc<Profile>,
}

/// What became of an operation.
#[derive(Debug, Default, PartialEq)]
pub struct Answer {
    pub status: u16,
    /// The resource, if the operation succeeded.
    pub id: Option<String>,
    pub version: Option<u64>,
    /// Members or groups, if they are shown.
    pub related: Option<Vec<Json>>,
}

fn object(json: Json) -> JsonObject {
    json.as_object().unwrap().clone()
}

/// Members or groups.
pub fn related(found: &Found) -> Vec<Json> {
    let text = found.related.as_deref().unwrap_or("[]");
    serde_json::from_str(text).unwrap()
}

fn all_subs() -> [String; 4] {
    ["value", "$ref", "display", "type"].map(str::to_owned)
}

impl Service {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let file = File(dir.path().join("model.db"));
        let clock = Ticking(Cell::new(1_700_000_000_000));
        let random = Counting::after(0);
        let config = Config {
            durability: Durability::Normal,
            ..Config::default()
        };
        let ctx = Ctx::new(file, clock, random, NoPasswords, config);
        let issued = block_on(admin::create_token(&ctx, "default", "model", None)).unwrap();
        let access = Access {
            tenant: TenantName::default_tenant(),
            token: TokenHash::of(&issued.secret).into(),
        };
        let profile = block_on(fresh_profile(&ctx, &access)).unwrap();
        Self {
            _dir: dir,
            ctx,
            access,
            profile,
        }
    }

    fn session(&self) -> Session<'_, File> {
        block_on(Session::new(&self.ctx, &self.access, &self.profile, BASE)).unwrap()
    }

    fn type_of(&self, kind: Kind) -> &ResourceType {
        self.profile.type_at(kind.endpoint()).unwrap()
    }

    /// Runs one operation.
    pub fn run(&self, model: &Model, step: &Step, if_match: Option<u64>, is_shown: bool) -> Answer {
        let session = self.session();
        let if_match = if_match.map_or(IfMatch::Any, |version| IfMatch::OneOf(vec![version]));
        let subs = all_subs();
        let view = View {
            subs: if is_shown { &subs } else { &[] },
            most: None,
        };
        let data = object(data(model, step, None));
        let outcome = match step {
            Step::Create(kind, _) => {
                let created = resources::create(
                    &session,
                    self.type_of(*kind),
                    None,
                    data,
                    &view,
                    async |_| Ok(()),
                );
                block_on(created).map(|created| match created {
                    Created::New(found) | Created::Restored(found) => Some(found),
                })
            }
            Step::Replace(target, _) | Step::Patch(target, _) | Step::Delete(target) => {
                let rt = self.type_of(target.kind);
                let id = model.id(Some(target.kind), target.which);
                let what = (id, &if_match);
                block_on(async {
                    match step {
                        Step::Delete(_) => {
                            resources::delete(&session, rt, what).await?;
                            Ok(None)
                        }
                        Step::Patch(..) => {
                            let operations = PatchRequest::parse(data, Mode::Compat)?.operations;
                            resources::patch(&session, rt, what, &operations, &view)
                                .await
                                .map(Some)
                        }
                        _ => resources::replace(&session, rt, what, data, &view)
                            .await
                            .map(Some),
                    }
                })
            }
        };
        match outcome {
            Ok(Some(found)) => Answer {
                status: step.success(),
                version: Some(found.version),
                related: is_shown.then(|| related(&found)),
                id: Some(found.id),
            },
            Ok(None) => Answer {
                status: step.success(),
                id: step
                    .target()
                    .map(|target| model.id(Some(target.kind), target.which).to_owned()),
                ..Answer::default()
            },
            Err(Error::Refused(error)) => Answer {
                status: error.status,
                ..Answer::default()
            },
            Err(Error::Reconfigured) => Answer::default(),
        }
    }

    /// Sends operations in one request.
    pub fn bulk(&self, operations: &[Json], errors: Option<usize>) -> Vec<Answer> {
        let schemas = [BULK_REQUEST_SCHEMA];
        let body = json!({"schemas": schemas, "failOnErrors": errors, "Operations": operations});
        let plan = plan_bulk(&self.ctx, object(body)).unwrap();
        let response = bulk(&self.ctx, &self.access, &self.profile, BASE, plan);
        let results = block_on(response).unwrap().results.into_iter();
        let answers = results.map(|result| {
            let tag = result.version.as_deref();
            let version = tag.map(|tag| tag.trim_matches(['W', '/', '"']).parse().unwrap());
            let location = result.location.filter(|_| result.error.is_none());
            let id = location.and_then(|location| Some(location.rsplit_once('/')?.1.to_owned()));
            Answer {
                status: result.status,
                id,
                version,
                related: None,
            }
        });
        answers.collect()
    }

    /// What a search over some kinds finds, with all relations.
    pub fn search(&self, kinds: &[Kind], filter: Option<String>) -> Results {
        let subs = all_subs();
        let types = kinds.iter().map(|kind| Searched {
            resource_type: self.type_of(*kind),
            related: &subs,
        });
        let types: Vec<Searched<'_>> = types.collect();
        let request = SearchRequest {
            filter,
            count: Some(500),
            ..SearchRequest::default()
        };
        block_on(resources::search(&self.session(), &types, &request)).unwrap()
    }

    /// The change log without what the operator did: operation, id and version.
    pub fn log(&self) -> Vec<(String, String, u64)> {
        let log = block_on(admin::changes(&self.ctx, "default", 0, None)).unwrap();
        let log = log.into_iter().filter(|change| change.operation != "issue");
        let log = log.map(|change| {
            let version = u64::try_from(change.version).unwrap();
            (change.operation, change.resource, version)
        });
        log.collect()
    }
}
