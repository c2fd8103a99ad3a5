//! A policy set, as the engine has it.

use cedar_policy::{PolicyId, PolicySet as Policies, ValidationMode, Validator};
use rollcall_core::policy::{Checked, Finding, PolicySet, Question, Source, Verdict};

use crate::bounds::{self, MAX_POLICIES};
use crate::entities::Reader;
use crate::findings::{finding, first, report};
use crate::kinds::Kinds;
use crate::named::Named;
use crate::rules::Rules;
use crate::schema::KnownSchema;

/// Parsed policies, and the schema that they were checked against.
pub struct CedarSet {
    rules: Rules,
    schema: Option<KnownSchema>,
    named: Named,
    kinds: Kinds,
}

impl PolicySet for CedarSet {
    fn check(policies: &str, schema: Option<&str>) -> Result<Checked, Vec<Finding>> {
        let schema = schema.map(KnownSchema::read).transpose()?;
        let parsed = parse(policies)?;
        let mut warnings = Vec::new();
        if let Some((known, about_schema)) = schema {
            warnings = about_schema;
            warnings.extend(validate((Source::Policies, policies), &parsed, &known)?);
        }
        Ok(Checked {
            count: parsed.num_of_policies(),
            warnings: first(warnings),
        })
    }

    fn load(policies: &str, schema: Option<&str>) -> Result<Self, Vec<Finding>> {
        let schema = schema.map(KnownSchema::read).transpose()?;
        Ok(Self {
            rules: Rules::new(&parse(policies)?),
            schema: schema.map(|(schema, _)| schema),
            named: Named::new(policies),
            kinds: Kinds::default(),
        })
    }

    fn sees(&self, kind: &str, attribute: &str) -> bool {
        let is_required = |known: &KnownSchema| {
            let kind = self.kinds.get(kind);
            kind.is_ok_and(|kind| known.requires(&kind, attribute))
        };
        self.named.has(attribute) || self.schema.as_ref().is_some_and(is_required)
    }

    fn decide(&self, question: &Question) -> Verdict {
        let reader = Reader {
            kinds: &self.kinds,
            schema: self.schema.as_ref(),
        };
        match reader.read(question) {
            Ok(asked) => self.rules.verdict(&asked),
            Err(why) => Verdict::NoQuestion(why),
        }
    }

    fn actions(&self, principal: &str, resource: &str) -> Vec<String> {
        let names = (self.kinds.get(principal), self.kinds.get(resource));
        let (Some(KnownSchema { schema, .. }), (Ok(principal), Ok(resource))) =
            (&self.schema, names)
        else {
            return Vec::new();
        };
        let (principal, resource) = (principal.into(), resource.into());
        let actions = schema.actions_for_principal_and_resource(&principal, &resource);
        let mut ids: Vec<String> = actions
            .filter(|action| action.type_name().to_string() == "Action")
            .map(|action| action.id().unescaped().to_owned())
            .collect();
        ids.sort();
        ids
    }
}

/// Reads policies. A policy with the annotation `@id` has that id, another `policy` and its number, from 0.
fn parse(text: &str) -> Result<Policies, Vec<Finding>> {
    let about = (Source::Policies, text);
    if let Some((message, offset)) = bounds::violation(text, false) {
        return Err(vec![finding(about, message, offset)]);
    }
    let parsed: Policies = text.parse().map_err(|errors: cedar_policy::ParseErrors| {
        first(errors.iter().map(|error| report(about, error)).collect())
    })?;
    if parsed.templates().next().is_some() {
        let message = "templates can't be used: write the principal and the resource where `?principal` or \
            `?resource` stands";
        return Err(vec![finding(about, message, None)]);
    }
    let count = parsed.num_of_policies();
    if count > MAX_POLICIES {
        let message = format!("there are {count} policies: a set has {MAX_POLICIES} at the most");
        return Err(vec![finding(about, message, None)]);
    }
    let named = parsed.policies().map(|policy| {
        // To ask for one by its name would parse the name each time.
        let id = policy.annotations().find(|(name, _)| *name == "id");
        match id {
            Some((_, id)) if !id.is_empty() => policy.new_id(PolicyId::new(id)),
            _ => policy.clone(),
        }
    });
    Policies::from_policies(named).map_err(|error| vec![report(about, &error)])
}

/// The most bytes of policies, times the pairs of a principal's and a resource's type that the schema's actions apply to,
/// times one and another one for each [`WIDE`] attributes of the widest: the engine checks each policy against each pair, and
/// may compare whole records. It takes some seconds for so many, and up to twenty for those who try.
const MAX_CHECKED: usize = 200_000_000;

/// How many attributes of an entity or a context cost nothing more.
const WIDE: usize = 10;

/// Checks policies against a schema, and returns the warnings.
fn validate(
    about: (Source, &str),
    policies: &Policies,
    KnownSchema { schema, widest }: &KnownSchema,
) -> Result<Vec<Finding>, Vec<Finding>> {
    let pairs = schema.actions().map(|action| {
        let principals = schema
            .principals_for_action(action)
            .map_or(0, Iterator::count);
        let resources = schema
            .resources_for_action(action)
            .map_or(0, Iterator::count);
        principals.saturating_mul(resources)
    });
    let (bytes, pairs) = (about.1.len(), pairs.fold(0, usize::saturating_add));
    let checked = bytes
        .saturating_mul(pairs)
        .saturating_mul(1 + widest / WIDE);
    if checked > MAX_CHECKED {
        let message = format!(
            "{bytes} bytes of policies are too much to check against {pairs} pairs of a principal and a resource, of which the \
             widest has {widest} attributes: write fewer policies, let the actions apply to fewer types, or make those smaller"
        );
        return Err(vec![finding(about, message, None)]);
    }
    let validator = Validator::new(schema.clone());
    let result = validator.validate(policies, ValidationMode::Strict);
    let named = |finding: Finding, policy: &PolicyId| Finding {
        policy: Some(policy.to_string()),
        ..finding
    };
    if result.validation_passed() {
        let warnings = result.validation_warnings();
        Ok(warnings
            .map(|warning| named(report(about, warning), warning.policy_id()))
            .collect())
    } else {
        let errors = result.validation_errors();
        Err(first(
            errors
                .map(|error| named(report(about, error), error.policy_id()))
                .collect(),
        ))
    }
}
