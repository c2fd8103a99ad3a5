//! The schema: what the engine takes it for, and which attributes and parents it lets an entity have.

use cedar_policy::{Schema, SchemaFragment};
use rollcall_core::JsonObject;
use rollcall_core::policy::{Finding, Source};
use serde_json::Value as Json;

use crate::bounds;
use crate::findings::{finding, first, report, reports};

/// How many common types may stand for each other; Cedar allows no circles.
const MAX_NAMES: usize = 64;

/// A schema.
pub(crate) struct KnownSchema {
    /// As the engine has it.
    pub schema: Schema,
    /// Its JSON form: `{namespace: {"commonTypes", "entityTypes": {name: {"memberOfTypes", "shape"}}}}`.
    json: Json,
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
            let fragment = fragment.map_err(|error| reports(about, &error))?;
            (fragment, Vec::new())
        } else {
            let (fragment, warnings) = SchemaFragment::from_cedarschema_str(text)
                .map_err(|error| reports(about, &error))?;
            let warnings = warnings.map(|warning| report(about, &warning)).collect();
            (fragment, first(warnings))
        };
        let json = fragment.clone().to_json_value();
        let schema = Schema::from_schema_fragments([fragment]);
        let known = Self {
            schema: schema.map_err(|error| reports(about, &error))?,
            json: json.map_err(|error| reports(about, &error))?,
        };
        Ok((known, warnings))
    }

    /// Takes away the attributes that entities of a type don't have.
    pub fn fit(&self, kind: &str, attributes: &mut JsonObject) {
        let (namespace, name) = split(kind);
        let shape = &self.json[namespace]["entityTypes"][name]["shape"];
        self.fit_record(self.resolve(namespace, shape), attributes);
    }

    /// Whether entities of a type must have an attribute.
    pub fn requires(&self, kind: &str, attribute: &str) -> bool {
        let (namespace, name) = split(kind);
        let shape = &self.json[namespace]["entityTypes"][name]["shape"];
        let (_, record) = self.resolve(namespace, shape);
        let declared = record["attributes"].get(attribute);
        declared.is_some_and(|declared| declared["required"] != false)
    }

    /// Whether entities of a type may be in those of another.
    pub fn may_be_in(&self, kind: &str, parent: &str) -> bool {
        let (namespace, name) = split(kind);
        let parents = &self.json[namespace]["entityTypes"][name]["memberOfTypes"];
        let mut parents = parents.as_array().into_iter().flatten();
        parents.any(|known| {
            let known = known.as_str().unwrap_or_default();
            self.full_name(namespace, known, "entityTypes") == parent
        })
    }

    /// The same for a record, whose names are to be understood within a namespace.
    fn fit_record(&self, (namespace, record): (&str, &Json), attributes: &mut JsonObject) {
        let known = &record["attributes"];
        if record["additionalAttributes"] != true {
            attributes.retain(|name, _| known.get(name).is_some());
        }
        for (name, value) in attributes {
            if let (Some(inner), Json::Object(parts)) = (known.get(name), value) {
                let (namespace, inner) = self.resolve(namespace, inner);
                if inner["type"] == "Record" {
                    self.fit_record((namespace, inner), parts);
                }
            }
        }
    }

    /// What stands for a type, if it is a common one, and the namespace that it is in.
    fn resolve<'s>(&'s self, namespace: &'s str, declared: &'s Json) -> (&'s str, &'s Json) {
        let (mut namespace, mut declared) = (namespace, declared);
        for _ in 0..MAX_NAMES {
            let name = match declared["type"].as_str() {
                Some("EntityOrCommon" | "CommonRef") => declared["name"].as_str(),
                other => other,
            };
            let Some(name) = name else {
                break;
            };
            let (home, base) = match split(name) {
                ("", base) if self.has(namespace, base, "commonTypes") => (namespace, base),
                parts => parts,
            };
            let Some(common) = self.json[home]["commonTypes"].get(base) else {
                break;
            };
            (namespace, declared) = (home, common);
        }
        (namespace, declared)
    }

    fn has(&self, namespace: &str, name: &str, among: &str) -> bool {
        self.json[namespace][among].get(name).is_some()
    }

    /// The full name of what is named within a namespace: its own if it has it.
    fn full_name(&self, namespace: &str, name: &str, among: &str) -> String {
        if !namespace.is_empty() && !name.contains("::") && self.has(namespace, name, among) {
            format!("{namespace}::{name}")
        } else {
            name.to_owned()
        }
    }
}

/// The namespace of a name, empty if it has none, and the rest.
fn split(name: &str) -> (&str, &str) {
    name.rsplit_once("::").unwrap_or(("", name))
}
