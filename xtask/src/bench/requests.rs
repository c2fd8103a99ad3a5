//! The requests of the benchmarks: which script of `load_test/` makes them, and with which arguments.

use super::seed::{ROWS, TEMPLATE, Tenant};
use super::wrk::{Request, Target};

/// How many people a bulk creates.
pub(super) const BULK: u32 = 1000;

/// How many bulks there are at once: one is written while another is read.
const BULK_CONNECTIONS: u32 = 2;

/// A few bulks take as long as thousands of other requests.
const BULK_STRETCH: u32 = 3;

/// A tenant, and what the requests to it need to know.
#[derive(Debug)]
pub(super) struct Known<'t> {
    pub(super) tenant: &'t Tenant,
    /// Where new people come to.
    pub(super) growing: Vec<Target>,
    /// The entity tag of a person whom nothing has changed.
    pub(super) etag: Option<String>,
    /// The files with cursors, in the order of creation and of userName.
    pub(super) cursors: Option<[String; 2]>,
    /// The folder with the data.
    pub(super) folder: String,
}

impl Known<'_> {
    fn with_data(&self, script: &'static str, path: &str, file: &str) -> Request {
        let request = Request::new(script, vec![self.tenant.at(path)]);
        request.with("data", format!("{}/{file}", self.folder))
    }

    /// About a person.
    pub(super) fn people(&self, script: &'static str, path: &str) -> Request {
        self.with_data(script, path, &self.tenant.people())
    }

    /// About a person whom nothing changes, as those in the first half of the file are changed.
    pub(super) fn unchanged(&self) -> Option<Request> {
        let request = self.people("get.lua", "/Users/{id}");
        let request = request.with("first", self.tenant.users / 2 + 1);
        Some(
            request
                .with("known", self.etag.as_ref()?)
                .with("expect", 304),
        )
    }

    pub(super) fn patch(&self, script: &'static str) -> Request {
        let request = self.people(script, "/Users/{id}");
        request.with("last", self.tenant.users / 2)
    }

    /// A list that finds `total`.
    pub(super) fn list(&self, endpoint: &str, filter: &str, rest: &str, total: u32) -> Request {
        let path = format!("/{endpoint}?filter={}{rest}", encode(filter));
        self.people("get.lua", &path).with("total", total)
    }

    /// The groups of a person who is in two.
    pub(super) fn groups_of(&self) -> Option<Request> {
        self.tenant.groups.as_ref()?;
        let rest = "&excludedAttributes=members";
        let request = self.list("Groups", "members eq \"{id}\"", rest, 2);
        Some(request.with("last", self.tenant.users / 10))
    }

    pub(super) fn page(&self, order: usize) -> Option<Request> {
        let file = self.cursors.as_ref()?.get(order)?;
        let sort = ["", "&sortBy=userName"].get(order)?;
        let path = format!("/Users?cursor={{cursor}}&count=10{sort}");
        Some(self.with_data("get.lua", &path, file))
    }

    pub(super) fn create(&self) -> Request {
        let template = format!("{}/{TEMPLATE}", self.folder);
        let request = Request::new("create.lua", self.growing.clone());
        request.with("template", template).with("expect", 201)
    }

    pub(super) fn bulk(&self) -> Request {
        let template = format!("{}/{TEMPLATE}", self.folder);
        let request = Request::new("bulk.lua", vec![self.tenant.at("/Bulk")]);
        Request {
            connections: Some(BULK_CONNECTIONS),
            stretch: BULK_STRETCH,
            weight: BULK,
            ..request.with("template", template).with("operations", BULK)
        }
    }

    pub(super) fn members(&self, group: &str) -> Request {
        let path = format!("/Groups/{group}");
        self.with_data("members.lua", &path, &self.tenant.spares())
            .with("expect", "200,204")
    }
}

impl Request {
    pub(super) fn new(script: &'static str, targets: Vec<Target>) -> Self {
        Self {
            script,
            arguments: Vec::new(),
            targets,
            connections: None,
            stretch: 1,
            weight: 1,
        }
    }

    /// With one more argument.
    pub(super) fn with(mut self, name: &str, value: impl std::fmt::Display) -> Self {
        self.arguments.push(format!("{name}={value}"));
        self
    }
}

/// A baseline, at a path of its own.
pub(super) fn baseline(path: &str, folder: &str) -> Request {
    let target = Target {
        path: path.to_owned(),
        token: None,
    };
    let request = Request::new("get.lua", vec![target]);
    if path.contains('{') {
        request.with("data", format!("{folder}/{ROWS}"))
    } else {
        request
    }
}

/// Percent-encodes what stands in a query, except for the names in braces.
fn encode(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            b'{' | b'}' | b'.' | b':' => char::from(byte).to_string(),
            byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}
