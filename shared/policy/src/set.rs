//! A policy set, as the engine has it.

use cedar_policy::{
    AuthorizationError, Authorizer, Decision, Effect, EntityTypeName, PolicyId,
    PolicySet as Policies, ValidationMode, Validator,
};
use rollcall_core::policy::{Finding, Loaded, PolicySet, Question, Source, Verdict};

use crate::bounds::{self, MAX_POLICIES};
use crate::entities;
use crate::findings::{finding, first, report};
use crate::named::Named;
use crate::schema::KnownSchema;

/// Parsed policies, and the schema that they were checked against.
pub struct CedarSet {
    policies: Policies,
    schema: Option<KnownSchema>,
    named: Named,
}

impl PolicySet for CedarSet {
    fn load(policies: &str, schema: Option<&str>) -> Result<Loaded<Self>, Vec<Finding>> {
        let (schema, mut warnings) = match schema.map(KnownSchema::read).transpose()? {
            Some((schema, warnings)) => (Some(schema), warnings),
            None => (None, Vec::new()),
        };
        let parsed = parse(policies)?;
        let count = parsed.num_of_policies();
        if let Some(known) = &schema {
            warnings.extend(validate((Source::Policies, policies), &parsed, known)?);
        }
        Ok(Loaded {
            set: Self {
                policies: parsed,
                schema,
                named: Named::new(policies),
            },
            count,
            warnings: first(warnings),
        })
    }

    fn sees(&self, kind: &str, attribute: &str) -> bool {
        let is_required = |known: &KnownSchema| known.requires(kind, attribute);
        self.named.has(attribute) || self.schema.as_ref().is_some_and(is_required)
    }

    /// A policy that fails is passed over, as the language says, unless it would forbid.
    fn decide(&self, question: &Question) -> Verdict {
        let (request, entities) = match entities::request(question, self.schema.as_ref()) {
            Ok(request) => request,
            Err(why) => return Verdict::NoQuestion(why),
        };
        let response = Authorizer::new().is_authorized(&request, &self.policies, &entities);
        let effect = |id: &PolicyId| self.policies.policy(id).map(|policy| policy.effect());
        let forbids = |id: &&PolicyId| effect(id) == Some(Effect::Forbid);
        let forbidding: Vec<String> = response
            .diagnostics()
            .reason()
            .filter(forbids)
            .map(ToString::to_string)
            .collect();
        if !forbidding.is_empty() {
            return Verdict::Forbidden(forbidding);
        }
        for error in response.diagnostics().errors() {
            let AuthorizationError::PolicyEvaluationError(failed) = error;
            if effect(failed.policy_id()) != Some(Effect::Permit) {
                return Verdict::Failed(error.to_string());
            }
        }
        match response.decision() {
            Decision::Allow => Verdict::Permitted,
            Decision::Deny => Verdict::NotPermitted,
        }
    }

    fn actions(&self, principal: &str, resource: &str) -> Vec<String> {
        let names = (
            principal.parse::<EntityTypeName>(),
            resource.parse::<EntityTypeName>(),
        );
        let (Some(known), (Ok(principal), Ok(resource))) = (&self.schema, names) else {
            return Vec::new();
        };
        let actions = known
            .schema
            .actions_for_principal_and_resource(&principal, &resource);
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
    let named = parsed
        .policies()
        .map(|policy| match policy.annotation("id") {
            Some(id) if !id.is_empty() => policy.new_id(PolicyId::new(id)),
            _ => policy.clone(),
        });
    Policies::from_policies(named).map_err(|error| vec![report(about, &error)])
}

/// Checks policies against a schema, and returns the warnings.
fn validate(
    about: (Source, &str),
    policies: &Policies,
    known: &KnownSchema,
) -> Result<Vec<Finding>, Vec<Finding>> {
    let validator = Validator::new(known.schema.clone());
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
