//! Tokens that are live while others are measured: as many as a tenant has people.
//!
//! Clients are made by the admin API and JWTs by the token endpoint. What is a row of the store is put there by SQL, as
//! fast as that goes, since nobody measures how it gets there.

use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, ensure};

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::go_on;
use crate::up::child::Signals;
use crate::up::client::{Client, Credentials, unexpected};
use crate::up::random;

/// The columns of the files with tokens. `basic` is how the API proves who it is that asks about one.
const TOKENS: &str = "token\tbasic";

/// The column of the file with clients.
const CLIENTS: &str = "basic";

/// How many rows a statement inserts.
const BATCH: usize = 5000;

/// How many different JWTs are asked about: nothing is stored of them.
const JWTS: usize = 500;

/// The longest life that a tenant's tokens may have, so that no JWT expires while it is needed.
const LIFE_SECS: u32 = 86_400;

/// What an opaque access token begins with.
const OPAQUE: &str = "rc_at_";

/// A tenant whose tokens are measured.
#[derive(Debug)]
pub(super) struct Issuer {
    pub(super) tenant: &'static str,
    /// How many live tokens it has.
    pub(super) tokens: u32,
    /// The ids of people who are behind half of them; nothing may change those people.
    pub(super) people: Vec<String>,
    pub(super) algorithm: &'static str,
}

impl Issuer {
    /// A path below it.
    pub(super) fn at(&self, path: &str) -> String {
        match self.tenant {
            "default" => path.to_owned(),
            other => format!("/t/{other}{path}"),
        }
    }

    /// The file with its clients.
    pub(super) fn clients(&self) -> String {
        format!("{}-clients.tsv", self.tenant)
    }

    /// The file with its opaque tokens that no person is behind.
    pub(super) fn opaque(&self) -> String {
        format!("{}-opaque.tsv", self.tenant)
    }

    /// The file with its opaque tokens that people are behind.
    pub(super) fn of_people(&self) -> String {
        format!("{}-opaque-of-people.tsv", self.tenant)
    }

    /// The file with its JWTs.
    pub(super) fn jwts(&self) -> String {
        format!("{}-jwts.tsv", self.tenant)
    }
}

/// Makes clients and tokens.
pub(super) struct Mint<'m> {
    pub(super) client: &'m Client,
    pub(super) admin_token: &'m str,
    pub(super) signals: &'m mut Signals,
    /// Where the files go.
    pub(super) folder: &'m Path,
}

impl Mint<'_> {
    /// Makes the tenant if it is not there, its clients, and its tokens.
    ///
    /// # Errors
    /// If the service refuses anything.
    pub(super) fn fill(&mut self, issuer: &Issuer) -> Result<()> {
        self.open(issuer)?;
        let count = (issuer.tokens / 1000).clamp(10, 100);
        let clients: Vec<_> = (0..count)
            .map(|_| self.register(issuer))
            .collect::<Result<_>>()?;
        self.write(
            &issuer.clients(),
            CLIENTS,
            clients.iter().map(Credentials::basic),
        )?;
        let api = self.register(issuer)?.basic();

        let behind = if issuer.people.is_empty() {
            0
        } else {
            issuer.tokens / 2
        };
        let alone = issuer.tokens - behind;
        let secrets = self.opaque(issuer, &clients, alone, &[])?;
        self.write_tokens(&issuer.opaque(), secrets, &api)?;
        let secrets = self.opaque(issuer, &clients, behind, &issuer.people)?;
        self.write_tokens(&issuer.of_people(), secrets, &api)?;
        self.run(&revoked(issuer))?;

        let jwts = clients.iter().cycle().take(JWTS);
        let jwts: Vec<_> = jwts
            .map(|client| self.jwt(issuer, client))
            .collect::<Result<_>>()?;
        self.write_tokens(&issuer.jwts(), jwts, &api)
    }

    fn open(&self, issuer: &Issuer) -> Result<()> {
        let Issuer {
            tenant, algorithm, ..
        } = issuer;
        let settings = json!({ "accessTokenLifetime": LIFE_SECS, "signingAlgorithm": algorithm });
        let path = format!("/admin/v1/tenants/{tenant}");
        let set = self.client.patch(&path, self.admin_token, &settings)?;
        if set.status == 200 {
            return Ok(());
        }
        let path = "/admin/v1/tenants";
        let mut body = settings;
        body["name"] = json!(tenant);
        self.expect(path, &body, 201).map(drop)
    }

    fn register(&self, issuer: &Issuer) -> Result<Credentials> {
        let path = format!("/admin/v1/tenants/{}/clients", issuer.tenant);
        let body = json!({ "client_name": "Bench", "grant_types": ["client_credentials"], "scope": "scim:read" });
        Ok(serde_json::from_value(self.expect(&path, &body, 201)?)?)
    }

    fn expect(&self, path: &str, body: &Value, status: u16) -> Result<Value> {
        let answer = self.client.post(path, self.admin_token, body)?;
        if answer.status != status {
            return Err(unexpected(path, &answer));
        }
        Ok(serde_json::from_str(&answer.body)?)
    }

    fn jwt(&mut self, issuer: &Issuer, client: &Credentials) -> Result<String> {
        go_on(self.signals)?;
        let path = issuer.at("/oauth/token");
        let form = "grant_type=client_credentials";
        let answer = self.client.post_form(&path, client, form)?;
        if answer.status != 200 {
            return Err(unexpected(&path, &answer));
        }
        let answer: Value = serde_json::from_str(&answer.body)?;
        let token = answer["access_token"].as_str();
        token
            .map(str::to_owned)
            .with_context(|| format!("the answer of {path} has no `access_token`"))
    }

    /// Opaque tokens of all clients, in turn; with people, each of a person by a grant that has a refresh token, too.
    fn opaque(
        &mut self,
        issuer: &Issuer,
        clients: &[Credentials],
        count: u32,
        people: &[String],
    ) -> Result<Vec<String>> {
        let mut tokens = Vec::new();
        let mut clients = clients.iter().cycle();
        let mut people = people.iter().cycle();
        let numbers: Vec<u32> = (0..count).collect();
        for batch in numbers.chunks(BATCH) {
            go_on(self.signals)?;
            let mut items = Vec::new();
            for _ in batch {
                let token = format!("{OPAQUE}{}", random::base64url::<32>()?);
                let client = clients.next().map(|client| &client.client_id);
                items.push(json!([sha256(&token), client, people.next()]));
                tokens.push(token);
            }
            for statement in opaque(issuer, &Value::from(items).to_string()) {
                self.run(&statement)?;
            }
        }
        Ok(tokens)
    }

    /// Runs a statement over the store.
    fn run(&self, statement: &str) -> Result<()> {
        let path = "/seed/run";
        let answer = self.client.post_text(path, statement)?;
        ensure!(answer.status == 200, unexpected(path, &answer));
        Ok(())
    }

    fn write_tokens(&self, file: &str, tokens: Vec<String>, api: &str) -> Result<()> {
        let lines = tokens.into_iter().map(|token| format!("{token}\t{api}"));
        self.write(file, TOKENS, lines)
    }

    /// Writes a file of lines below a header.
    fn write(
        &self,
        file: &str,
        header: &str,
        lines: impl IntoIterator<Item = String>,
    ) -> Result<()> {
        let lines = lines.into_iter().map(|line| line + "\n");
        let text: String = std::iter::once(format!("{header}\n"))
            .chain(lines)
            .collect();
        fs::write(self.folder.join(file), text).with_context(|| format!("cannot write {file}"))
    }
}

fn sha256(token: &str) -> String {
    let hash = Sha256::digest(token);
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// From now on, in microseconds, and for so many more.
const NOW: &str = "CAST(unixepoch('subsec') * 1000000 AS INTEGER)";

/// Statements that insert tokens: `items` is an array of `[hash, client, person]`. Where there is a person there is a
/// grant. Ids are the beginnings of hashes.
fn opaque(issuer: &Issuer, items: &str) -> [String; 3] {
    let micros = u64::from(LIFE_SECS) * 1_000_000;
    let from = format!(
        "FROM tenant t CROSS JOIN json_each('{items}') item \
         CROSS JOIN client c ON c.tenant = t.id AND c.id = item.value ->> 1 \
         LEFT JOIN resource p ON p.tenant = t.id AND p.id = item.value ->> 2 WHERE t.name = '{}'",
        issuer.tenant
    );
    let id = "substr(item.value ->> 0, 1, 36)";
    let grant = format!("iif(p.id IS NULL, NULL, {id})");
    [
        format!(
            "INSERT INTO auth_grant (tenant, id, client, client_epoch, person, person_epoch, scope, resources, created, \
             expires) SELECT t.id, {id}, c.id, c.epoch, p.id, p.epoch, 'scim:read', '[]', {NOW}, {NOW} + {micros} \
             {from} AND p.id IS NOT NULL"
        ),
        format!(
            "INSERT INTO refresh_token (tenant, hash, auth_grant, created, expires) \
             SELECT t.id, randomblob(32), {id}, {NOW}, {NOW} + {micros} {from} AND p.id IS NOT NULL"
        ),
        format!(
            "INSERT INTO access_token (tenant, hash, id, client, client_epoch, person, person_epoch, auth_grant, scope, \
             audience, issued, expires) SELECT t.id, unhex(item.value ->> 0), {id}, c.id, c.epoch, p.id, p.epoch, {grant}, \
             'scim:read', '[\"https://api.example.com\"]', {NOW}, {NOW} + {micros} {from}"
        ),
    ]
}

/// A statement that inserts as many JWTs that were revoked one by one and have not expired.
fn revoked(issuer: &Issuer) -> String {
    let micros = u64::from(LIFE_SECS) * 1_000_000;
    format!(
        "WITH RECURSIVE number (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < {}) \
         INSERT INTO revoked_token (tenant, jti, expires) \
         SELECT t.id, lower(hex(randomblob(18))), {NOW} + {micros} FROM tenant t CROSS JOIN number WHERE t.name = '{}'",
        issuer.tokens, issuer.tenant
    )
}
