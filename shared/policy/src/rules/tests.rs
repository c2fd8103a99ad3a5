//! Policies say what Cedar's authorizer says.

use cedar_policy::{Entities as PublicEntities, Request};
use rollcall_core::JsonObject;
use rollcall_core::policy::{Entity, EntityName, Question};
use serde_json::json;

use super::*;
use crate::entities::Reader;
use crate::kinds::Kinds;
use crate::oracle;
use crate::schema::KnownSchema;

const SCHEMA: &str = r#"
    entity Group in [Group];
    entity User in [Group] { active: Bool };
    entity Folder;
    entity document in [Folder];
    action "any" appliesTo { principal: [User, Group], resource: [document, User] };
    action view in ["any"];
    action read in [view] appliesTo { principal: [User, Group], resource: [document, User] };
    action write in ["any"] appliesTo { principal: [User, Group], resource: [document, User] };"#;

const PARTIES: [&str; 6] = [
    "",
    "== User::\"anna\"",
    "in Group::\"staff\"",
    "in document::\"1\"",
    "is User",
    "is User in Group::\"staff\"",
];

const ACTIONS: [&str; 6] = [
    "",
    "== Action::\"read\"",
    "in Action::\"view\"",
    "in [Action::\"write\", Action::\"any\"]",
    "in []",
    "in [Action::\"read\", Action::\"write\"]",
];

/// Conditions that hold, that don't, and that fail.
const CONDITIONS: [&str; 8] = [
    "",
    "when { true }",
    "when { principal == User::\"anna\" } unless { action == Action::\"write\" }",
    "unless { resource in Folder::\"f\" }",
    "when { principal.active }",
    "when { resource.owner == principal }",
    "when { 1 }",
    "when { [] } unless { true }",
];

fn questions() -> Vec<Question> {
    let entity = |kind: &str, id: &str, parents: &[(&str, &str)]| Entity {
        name: EntityName::new(kind, id),
        attributes: match kind {
            "User" => json!({"active": id == "anna"}).as_object().unwrap().clone(),
            _ => JsonObject::new(),
        },
        parents: parents
            .iter()
            .map(|(kind, id)| EntityName::new(*kind, *id))
            .collect(),
    };
    let anna = entity("User", "anna", &[("Group", "staff"), ("Group", "all")]);
    let principals = [
        anna.clone(),
        entity("User", "berta", &[]),
        entity("Group", "staff", &[("Group", "all")]),
    ];
    let resources = [
        entity("document", "1", &[("Folder", "f")]),
        entity("document", "2", &[]),
        anna,
    ];
    let mut questions = Vec::new();
    for principal in &principals {
        for resource in &resources {
            for action in ["read", "write", "any"] {
                questions.push(Question {
                    principal: principal.clone(),
                    action: action.to_owned(),
                    resource: resource.clone(),
                    context: JsonObject::new(),
                });
            }
        }
    }
    questions
}

/// What is asked, as it is here and as Cedar's API has it.
type Both = (Asked, (Request, PublicEntities));

fn asked(schema: Option<&KnownSchema>) -> Vec<Both> {
    let kinds = &Kinds::default();
    let reader = Reader { kinds, schema };
    let both = questions().into_iter().map(|question| {
        let public = oracle::request(&question, schema.map(|known| &known.schema));
        (reader.read(&question).unwrap(), public.unwrap())
    });
    both.collect()
}

fn check(text: &str, asked: &[Both], seen: &mut [usize; 4]) {
    let policies: PolicySet = text.parse().unwrap();
    let rules = Rules::new(&policies);
    for (here, public) in asked {
        let verdict = match rules.verdict(here) {
            Verdict::Failed(_) => Verdict::Failed(String::new()),
            verdict => verdict,
        };
        let expected = oracle::verdict(&policies, public);
        assert_eq!(verdict, expected, "{text}\n{}", here.request);
        seen[match verdict {
            Verdict::Permitted => 0,
            Verdict::NotPermitted => 1,
            Verdict::Forbidden(_) => 2,
            Verdict::Failed(_) => 3,
            Verdict::NoQuestion(why) => panic!("{why}"),
        }] += 1;
    }
}

#[test]
fn one_policy_says_what_the_engines_authorizer_says() {
    let (schema, _) = KnownSchema::read(SCHEMA).unwrap();
    for schema in [Some(&schema), None] {
        let asked = asked(schema);
        let mut seen = [0; 4];
        for effect in ["permit", "forbid"] {
            for principal in PARTIES {
                for action in ACTIONS {
                    for resource in PARTIES {
                        let scope = format!(
                            "(principal {principal}, action {action}, resource {resource})"
                        );
                        for condition in CONDITIONS {
                            check(&format!("{effect}{scope} {condition};"), &asked, &mut seen);
                        }
                    }
                }
            }
        }
        assert!(seen.iter().all(|count| *count > 500), "{seen:?}");
    }
}

#[test]
fn two_policies_say_what_the_engines_authorizer_says() {
    let asked = asked(None);
    let mut seen = [0; 4];
    let some: Vec<String> = ["permit", "forbid"]
        .iter()
        .flat_map(|effect| {
            CONDITIONS.map(|condition| {
                format!("{effect}(principal, action, resource is document) {condition};")
            })
        })
        .collect();
    for one in &some {
        for other in &some {
            check(&format!("{one}\n{other}"), &asked, &mut seen);
        }
    }
    assert!(seen.iter().all(|count| *count > 500), "{seen:?}");
}
