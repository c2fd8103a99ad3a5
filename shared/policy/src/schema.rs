//! The schema: what the engine takes it for, and which attributes and parents it lets an entity have.

use std::collections::HashMap;

use cedar_policy::{Schema, SchemaFragment};
use rollcall_core::JsonObject;
use rollcall_core::policy::{Finding, Source};
use serde_json::Value as Json;

use crate::bounds;
use crate::findings::{finding, first, report, reports};

/// A schema, and the shapes of its entity types.
pub(crate) struct KnownSchema {
    pub schema: Schema,
    shapes: HashMap<String, Shape>,
}

/// What an entity of a type may have.
struct Shape {
    /// The attributes, as the schema's JSON form has them, with all common types put in.
    record: Json,
    /// The types that it may be in.
    parents: Vec<String>,
}

impl KnownSchema {
    /// Reads a schema: in the JSON form if it begins with a brace, else in Cedar's own.
    pub fn read(text: &str) -> Result<(Self, Vec<Finding>), Vec<Finding>> {
        let about = (Source::Schema, text);
        if let Some((message, offset)) = bounds::violation(text, true) {
            return Err(vec![finding(about, message, offset)]);
        }
        let (fragment, warnings) = if text.trim_start().starts_with('{') {
            let fragment = SchemaFragment::from_json_str(text);
            (
                fragment.map_err(|error| reports(about, &error))?,
                Vec::new(),
            )
        } else {
            let (fragment, warnings) = SchemaFragment::from_cedarschema_str(text)
                .map_err(|error| reports(about, &error))?;
            let warnings = warnings.map(|warning| report(about, &warning)).collect();
            (fragment, first(warnings))
        };
        let shapes = fragment.clone().to_json_value().map(|json| shapes(&json));
        let schema = Schema::from_schema_fragments([fragment]);
        let known = Self {
            schema: schema.map_err(|error| reports(about, &error))?,
            shapes: shapes.map_err(|error| reports(about, &error))?,
        };
        Ok((known, warnings))
    }

    /// Takes away the attributes that entities of a type don't have.
    pub fn fit(&self, kind: &str, attributes: &mut JsonObject) {
        match self.shapes.get(kind) {
            Some(shape) => fit(&shape.record, attributes),
            None => attributes.clear(),
        }
    }

    /// Whether entities of a type may be in those of another.
    pub fn may_be_in(&self, kind: &str, parent: &str) -> bool {
        self.shapes
            .get(kind)
            .is_some_and(|shape| shape.parents.iter().any(|known| known == parent))
    }
}

fn fit(record: &Json, attributes: &mut JsonObject) {
    let known = &record["attributes"];
    if record["additionalAttributes"] != true {
        attributes.retain(|name, _| known.get(name).is_some());
    }
    for (name, value) in attributes {
        if let (Some(inner), Json::Object(parts)) = (known.get(name), value)
            && inner["type"] == "Record"
        {
            fit(inner, parts);
        }
    }
}

/// The shapes of all entity types, from the JSON form of a schema:
/// `{namespace: {"commonTypes", "entityTypes": {name: {"memberOfTypes", "shape"}}}}`.
fn shapes(schema: &Json) -> HashMap<String, Shape> {
    let mut shapes = HashMap::new();
    for (namespace, declared) in schema.as_object().into_iter().flatten() {
        for (name, declared) in declared["entityTypes"].as_object().into_iter().flatten() {
            let qualified = qualify(namespace, name);
            let parents = declared["memberOfTypes"].as_array().into_iter().flatten();
            let parents = parents.filter_map(Json::as_str);
            let shape = Shape {
                record: resolve(schema, namespace, &declared["shape"], 0),
                parents: parents
                    .map(|parent| resolve_name(schema, namespace, parent, "entityTypes"))
                    .collect(),
            };
            shapes.insert(qualified, shape);
        }
    }
    shapes
}

/// How deep common types are followed; Cedar allows no circles.
const MAX_DEPTH: usize = 64;

/// A type with the common types that it names put in.
fn resolve(schema: &Json, namespace: &str, declared: &Json, depth: usize) -> Json {
    if depth > MAX_DEPTH {
        return Json::Null;
    }
    let kind = declared["type"].as_str().unwrap_or_default();
    if kind == "Record" {
        let mut record = declared.clone();
        for (_, inner) in record["attributes"].as_object_mut().into_iter().flatten() {
            *inner = resolve(schema, namespace, inner, depth + 1);
        }
        return record;
    }
    let name = match kind {
        "EntityOrCommon" | "CommonRef" => declared["name"].as_str().unwrap_or_default(),
        other => other,
    };
    let name = resolve_name(schema, namespace, name, "commonTypes");
    let (home, base) = split(&name);
    match schema[home]["commonTypes"].get(base) {
        Some(common) => resolve(schema, home, common, depth + 1),
        None => declared.clone(),
    }
}

/// The full name of what is named within a namespace: its own if it has it.
fn resolve_name(schema: &Json, namespace: &str, name: &str, among: &str) -> String {
    if !name.contains("::") && schema[namespace][among].get(name).is_some() {
        qualify(namespace, name)
    } else {
        name.to_owned()
    }
}

fn qualify(namespace: &str, name: &str) -> String {
    match namespace {
        "" => name.to_owned(),
        namespace => format!("{namespace}::{name}"),
    }
}

fn split(name: &str) -> (&str, &str) {
    name.rsplit_once("::").unwrap_or(("", name))
}
