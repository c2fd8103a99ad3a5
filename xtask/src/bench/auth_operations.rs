//! What is measured of the authorization server, of policies and of limits.

use super::live_tokens::Issuer;
use super::operations::{Goal, Operation, Section};
use super::policies::{POLICIES, QUESTION};
use super::requests::{Known, baseline};
use super::wrk::{Request, Target};

const MISSING: &str = "the service does not have this";

/// The longest that 95 of 100 decisions may take, in milliseconds.
const DECISION_MILLIS: f64 = 10.0;

/// An issuer with many live tokens, and one with few.
#[derive(Debug)]
pub(super) struct Pair {
    pub(super) large: Issuer,
    pub(super) small: Issuer,
}

/// Whose tokens are measured.
#[derive(Debug)]
pub(super) struct Issuers {
    /// The large tenant and the small one.
    pub(super) eddsa: Pair,
    pub(super) es256: Pair,
    /// Those whose answers may be a second old; none while the service has no such setting.
    pub(super) bounded: Option<Pair>,
    /// The folder with their files.
    pub(super) folder: String,
}

impl Pair {
    fn operation(&self, title: &str, goal: f64, request: impl Fn(&Issuer) -> Request) -> Operation {
        Operation {
            title: title.to_owned(),
            goal: Goal::AtLeast(goal),
            p95_millis: None,
            large: Ok(request(&self.large)),
            small: Some(request(&self.small)),
        }
    }
}

impl Issuers {
    /// What is measured of tokens. `rows` is the folder with the keys of the rows that the baseline reads.
    pub(super) fn sections(&self, rows: &str) -> [Section; 2] {
        let issue = |issuer: &Issuer| {
            let request = self.post(issuer, "/oauth/token", &issuer.clients());
            let request = request.with("body", "grant_type=client_credentials");
            request.with("has", "\"access_token\":\"")
        };
        let introspect = |issuer: &Issuer, file: &str| {
            let request = self.post(issuer, "/oauth/introspect", file);
            let request = request.with("body", "token={token}");
            request.with("has", "\"active\":true")
        };
        let jwt = |issuer: &Issuer| introspect(issuer, &issuer.jwts());
        let the_same = |issuer: &Issuer| jwt(issuer).with("last", 1);
        let bounded = |title: &str, request: &dyn Fn(&Issuer) -> Request| match &self.bounded {
            Some(pair) => pair.operation(title, 0.70, request),
            None => Operation {
                title: title.to_owned(),
                goal: Goal::AtLeast(0.70),
                p95_millis: None,
                large: Err(MISSING),
                small: None,
            },
        };
        let (eddsa, es256) = (&self.eddsa, &self.es256);
        let to_hello = vec![
            eddsa.operation("token by `client_credentials`, EdDSA", 0.60, issue),
            es256.operation("token by `client_credentials`, ES256", 0.40, issue),
            bounded(
                "introspect 500 JWTs, answers up to 1 s old, over Redis",
                &jwt,
            ),
            bounded(
                "introspect one JWT, answers up to 1 s old, over Redis",
                &the_same,
            ),
        ];
        let to_row = vec![
            eddsa.operation("introspect a JWT", 0.80, jwt),
            eddsa.operation("introspect an opaque token", 0.80, |issuer| {
                introspect(issuer, &issuer.opaque())
            }),
            eddsa.operation("introspect an opaque token of a person", 0.80, |issuer| {
                introspect(issuer, &issuer.of_people())
            }),
        ];
        [
            Section {
                title: "Tokens",
                against: "`hello`",
                about: "A tenant has as many live opaque tokens as it says, half of them of people, by grants with refresh \
                        tokens,\nand as many JWTs that were revoked one by one. Clients prove themselves with secrets.",
                counted: "live tokens",
                baseline: baseline("/hello", rows),
                operations: to_hello,
            },
            Section {
                title: "Introspection",
                against: "`row`",
                about: "Each answer is what the store says at that moment.",
                counted: "live tokens",
                baseline: baseline("/row/sync/{key}", rows),
                operations: to_row,
            },
        ]
    }

    /// A form, with the login of the file's lines.
    fn post(&self, issuer: &Issuer, path: &str, file: &str) -> Request {
        let target = Target {
            path: issuer.at(path),
            token: None,
        };
        Request::new("post.lua", vec![target])
            .with("data", format!("{}/{file}", self.folder))
            .with("type", "application/x-www-form-urlencoded")
            .with("authorization", "{basic}")
    }
}

/// What is measured of policies.
pub(super) fn policies(large: &Known<'_>, small: &Known<'_>, has_policies: bool) -> Section {
    let decide = |at: &Known<'_>| {
        let base = at.tenant.base.trim_end_matches("/scim/v2");
        let target = Target {
            path: format!("{base}/access/v1/evaluation"),
            token: Some(at.tenant.token.clone()),
        };
        Request::new("post.lua", vec![target])
            .with("data", format!("{}/{}", at.folder, at.tenant.people()))
            .with("first", at.tenant.users / 2 + 1)
            .with("type", "application/json")
            .with("body", QUESTION)
            .with("has", "\"decision\":true")
    };
    Section {
        title: "Policies",
        against: "`row`",
        about: "A decision about a person, with their groups, as the store has them at that moment.",
        counted: "users",
        baseline: baseline("/row/sync/{key}", &large.folder),
        operations: vec![Operation {
            title: format!("evaluation with {POLICIES} policies"),
            goal: Goal::AtLeast(0.40),
            p95_millis: Some(DECISION_MILLIS),
            large: has_policies.then(|| decide(large)).ok_or(MISSING),
            small: has_policies.then(|| decide(small)),
        }],
    }
}

/// What is measured of limits: the same read with them and without, in small tenants that are alike.
pub(super) fn limits(large: &Known<'_>, small: &Known<'_>, limited: Option<&Known<'_>>) -> Section {
    let read = |at: &Known<'_>| at.people("get.lua", "/Users/{id}");
    Section {
        title: "Limits",
        against: "`row`",
        about: "The cost is the time that limits on tenant, client and address add to a request, by one call of Redis, as a \
                part\nof the time that `row` takes.",
        counted: "users",
        baseline: baseline("/row/sync/{key}", &large.folder),
        operations: vec![Operation {
            title: "read a user, limited".to_owned(),
            goal: Goal::Costs(0.15),
            p95_millis: None,
            large: limited.map(read).ok_or(MISSING),
            small: limited.is_some().then(|| read(small)),
        }],
    }
}
