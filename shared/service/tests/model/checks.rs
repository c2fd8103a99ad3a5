//! Whether the service has what the model has.

use std::collections::BTreeMap;

use rollcall_core::Timestamp;
use rollcall_service::Found;
use serde_json::Value as Json;

use crate::model::{Entry, Model};
use crate::service::{Service, related};
use crate::steps::Kind;

/// Version and time of the last change of each resource, as they were last seen.
pub type Seen = BTreeMap<String, (u64, Timestamp)>;

/// Demands that there is what the model has, and nothing else.
pub fn check(service: &Service, model: &Model, before: &Seen) -> Seen {
    let results = service.search(&[Kind::User, Kind::Group], None);
    let found: Vec<&Found> = results.resources.iter().map(|(_, found)| found).collect();
    let ids: Vec<&str> = found.iter().map(|found| &*found.id).collect();
    let expected: Vec<&str> = model.entries.iter().map(|entry| &*entry.id).collect();
    assert_eq!((results.total, ids), (expected.len() as u64, expected));
    for (found, entry) in found.iter().zip(&model.entries) {
        check_one(found, entry, model);
    }
    assert_eq!(service.log(), model.log);
    let seen = found.iter();
    let seen: Seen = seen
        .map(|found| (found.id.clone(), (found.version, found.modified)))
        .collect();
    for (id, (version, modified)) in before {
        // They change together, or not at all.
        if let Some((now, changed)) = seen.get(id) {
            assert_eq!(now == version, changed == modified, "{id}");
        }
    }
    seen
}

fn check_one(found: &Found, entry: &Entry, model: &Model) {
    let attributes: Json = serde_json::from_str(&found.document).unwrap();
    assert_eq!(attributes, model.attributes(entry));
    assert_eq!(found.version, entry.version, "{entry:?}");
    assert_eq!(related(found), model.related(entry), "{entry:?}");
    assert_eq!(found.members, entry.members.len() as u64, "{entry:?}");
}

/// Demands that every resource is found by its name, and by who is related to it.
pub fn check_filters(service: &Service, model: &Model) {
    for entry in &model.entries {
        let (name, related) = match entry.kind {
            Kind::User => ("userName", "groups"),
            Kind::Group => ("displayName", "members"),
        };
        let value = |entry: &Entry| model.attributes(entry)[name].to_string();
        let wanted = value(entry);
        let filter = format!("{name} eq {wanted}");
        finds(service, model, entry.kind, &filter, |other| {
            value(other).eq_ignore_ascii_case(&wanted)
        });
        for card in model.related(entry) {
            let filter = format!("{related}.value eq {}", card["value"]);
            finds(service, model, entry.kind, &filter, |other| {
                let mut related = model.related(other).into_iter();
                related.any(|other| other["value"] == card["value"])
            });
        }
    }
}

fn finds(
    service: &Service,
    model: &Model,
    kind: Kind,
    filter: &str,
    is_found: impl Fn(&Entry) -> bool,
) {
    let results = service.search(&[kind], Some(filter.to_owned()));
    let found = results.resources.iter();
    let found: Vec<&str> = found.map(|(_, found)| &*found.id).collect();
    let entries = model.entries.iter();
    let expected = entries.filter(|entry| entry.kind == kind && is_found(entry));
    let expected: Vec<&str> = expected.map(|entry| &*entry.id).collect();
    assert_eq!(found, expected, "{filter}");
}
