//! Resources and lists as responses.

use http::header::{CONTENT_LOCATION, ETAG, LOCATION};
use http::{HeaderName, HeaderValue, StatusCode};
use rollcall_core::{JsonObject, Projection, ResourceType, etag};
use rollcall_service::Found;
use rollcall_service::resources::{Paging, Results};
use serde_json::{Value as Json, json};

use super::error::Refusal;
use crate::respond::{self, FullResponse};

/// The media type of everything that SCIM sends.
pub(super) const CONTENT_TYPE: &str = "application/scim+json";

/// How the resources of one type are shown.
pub(super) struct Shown<'s> {
    /// The type.
    pub resource_type: &'s ResourceType,
    /// Which attributes the client wants to see.
    pub projection: &'s Projection,
}

impl Shown<'_> {
    /// Where a resource is.
    fn location(&self, base: &str, found: &Found) -> String {
        format!("{base}{}/{}", self.resource_type.endpoint, found.id)
    }

    /// Writes what the client may see of a resource, as JSON.
    fn write(&self, out: &mut String, base: &str, found: &Found) -> Result<(), Refusal> {
        let location = self.location(base, found);
        if self.projection.shows_all(self.resource_type) {
            write_whole(out, found, self.resource_type, &location);
        } else {
            let resource = found.resource().map_err(rollcall_service::Error::from)?;
            let whole = resource.to_json(self.resource_type, &location);
            let seen = Json::Object(self.projection.apply(whole, self.resource_type));
            out.push_str(&seen.to_string());
        }
        let related = self.resource_type.related().zip(found.related.as_deref());
        if let Some(((_, target), related)) = related {
            // It has an `id` at least.
            out.pop();
            out.push(',');
            write_string(out, &target.attr.name);
            out.extend([":", related, "}"]);
        }
        Ok(())
    }
}

/// All of a resource, as [`rollcall_core::Resource::to_json`] has it, from the document as it is kept.
fn write_whole(out: &mut String, found: &Found, resource_type: &ResourceType, location: &str) {
    let document = found.document.as_str();
    out.push_str("{\"schemas\":[");
    write_string(out, &resource_type.schema.id);
    // Within a string a quote is escaped, and no attribute's name is a URI: so this is the extension's own member.
    let in_use = resource_type
        .extensions
        .iter()
        .filter(|extension| document.contains(&format!("\"{}\":{{", extension.schema.id)));
    for extension in in_use {
        out.push(',');
        write_string(out, &extension.schema.id);
    }
    let version = etag(found.version);
    let members = [
        ("],\"id\":", found.id.as_str()),
        (",\"meta\":{\"resourceType\":", &resource_type.name),
        (",\"created\":", &found.created.to_string()),
        (",\"lastModified\":", &found.modified.to_string()),
        (",\"location\":", location),
        (",\"version\":", &version),
    ];
    for (name, value) in members {
        out.push_str(name);
        write_string(out, value);
    }
    out.push('}');
    let members = document.strip_prefix('{').unwrap_or_default();
    if members.len() > 1 {
        out.push(',');
    }
    out.push_str(members);
}

/// Writes a JSON string.
fn write_string(out: &mut String, text: &str) {
    let is_plain = |byte: u8| byte >= b' ' && byte != b'"' && byte != b'\\';
    if text.bytes().all(is_plain) {
        out.extend(["\"", text, "\""]);
    } else {
        out.push_str(&Json::from(text).to_string());
    }
}

/// A resource with the attributes that the client wants, its address and its entity tag.
pub(super) fn resource(
    status: StatusCode,
    found: &Found,
    shown: &Shown<'_>,
    base: &str,
) -> Result<FullResponse, Refusal> {
    let location = shown.location(base, found);
    let mut text = String::with_capacity(size(found));
    shown.write(&mut text, base, found)?;
    let mut response = respond::text(status, CONTENT_TYPE, text);
    if status == StatusCode::CREATED {
        set(&mut response, LOCATION, location.clone());
    }
    tag(&mut response, found, location);
    Ok(response)
}

/// 304 or 204: the client has this version already, or does not want to see it.
pub(super) fn without_body(
    status: StatusCode,
    found: &Found,
    shown: &Shown<'_>,
    base: &str,
) -> FullResponse {
    let mut response = respond::empty(status);
    tag(&mut response, found, shown.location(base, found));
    response
}

/// A page of resources (RFC 7644 §3.4.2, RFC 9865 §2), the resources of each type as they are shown.
pub(super) fn page(
    results: &Results,
    shown: &[Shown<'_>],
    base: &str,
) -> Result<FullResponse, Refusal> {
    let mut resources =
        String::with_capacity(results.resources.iter().map(|(_, found)| size(found)).sum());
    for (number, found) in &results.resources {
        resources.push_str(if resources.is_empty() { "" } else { "," });
        if let Some(shown) = shown.get(*number) {
            shown.write(&mut resources, base, found)?;
        }
    }
    let mut head = list_head(results.total, results.resources.len());
    match &results.paging {
        Paging::Index(index) => drop(head.insert("startIndex".into(), (*index).into())),
        Paging::Cursor { previous, next } => {
            let cursors = [("previousCursor", previous), ("nextCursor", next)];
            for (name, cursor) in cursors {
                if let Some(cursor) = cursor {
                    head.insert(name.into(), cursor.as_str().into());
                }
            }
        }
    }
    let mut body = Json::Object(head).to_string();
    body.pop();
    body.extend([",\"Resources\":[", &resources, "]}"]);
    Ok(respond::text(StatusCode::OK, CONTENT_TYPE, body))
}

/// About how long the JSON of a resource is.
fn size(found: &Found) -> usize {
    /// For what a document does not have: identifier, `meta`, `schemas`.
    const REST: usize = 500;
    found.document.len() + found.related.as_ref().map_or(0, String::len) + REST
}

/// A ListResponse that is not paged.
pub(super) fn list(resources: Vec<Json>) -> FullResponse {
    let mut body = list_head(resources.len() as u64, resources.len());
    body.insert("startIndex".into(), 1.into());
    body.insert("Resources".into(), resources.into());
    respond::json(StatusCode::OK, CONTENT_TYPE, &Json::Object(body))
}

fn list_head(total: u64, count: usize) -> JsonObject {
    JsonObject::from_iter([
        (
            "schemas".to_owned(),
            json!(["urn:ietf:params:scim:api:messages:2.0:ListResponse"]),
        ),
        ("totalResults".to_owned(), total.into()),
        ("itemsPerPage".to_owned(), count.into()),
    ])
}

/// RFC 7643 §3.1: `meta.location` "MUST be the same as the "Content-Location" HTTP response header".
fn tag(response: &mut FullResponse, found: &Found, location: String) {
    set(response, CONTENT_LOCATION, location);
    set(response, ETAG, etag(found.version));
}

fn set(response: &mut FullResponse, name: HeaderName, value: String) {
    if let Ok(value) = HeaderValue::try_from(value) {
        response.headers_mut().insert(name, value);
    }
}

#[cfg(test)]
mod tests {
    use rollcall_core::testing;
    use rollcall_core::{Projection, ResourceType};

    use super::*;

    proptest::proptest! {
        #[test]
        fn a_document_is_shown_as_the_core_shows_it(mut resource in testing::resource()) {
            // The service keeps secrets out of documents.
            resource.attributes.remove("password");
            let users = ResourceType::user();
            let found = Found::of(&resource);
            let projection = Projection::all();
            let shown = Shown { resource_type: &users, projection: &projection };
            let mut text = String::new();
            shown.write(&mut text, "https://id.example/scim/v2", &found).unwrap();
            let location = format!("https://id.example/scim/v2/Users/{}", resource.id);
            let expected = projection.apply(resource.to_json(&users, &location), &users);
            let actual: JsonObject = serde_json::from_str(&text).unwrap();
            proptest::prop_assert_eq!(actual, expected);
        }
    }

    #[test]
    fn strings_are_written_as_json_has_them() {
        for text in ["", "Ada", "a\"b", "\\", "\u{1}\n", "é😀"] {
            let mut out = String::new();
            write_string(&mut out, text);
            assert_eq!(out, Json::from(text).to_string());
        }
    }
}
