//! What policies say, in the engine's own words.

use rollcall_core::JsonObject;
use rollcall_core::policy::{Entity, EntityName, Finding, PolicySet, Question, Source, Verdict};
use serde_json::{Value as Json, json};

use crate::{CedarSet, MAX_POLICIES};

const SCHEMA: &str = r#"
entity Group { displayName?: String };
type Name = { givenName?: String, familyName?: String };
entity User in [Group] { userName: String, active?: Bool, department?: String, name?: Name, manager?: User };
entity document { owner?: User, public?: Bool };
action read, write appliesTo { principal: [User], resource: [document], context: { ip?: ipaddr } };
action delete appliesTo { principal: [User], resource: [document] };
"#;

const POLICIES: &str = r#"
@id("readers")
permit(principal in Group::"staff", action == Action::"read", resource);

@id("owner")
permit(principal, action, resource is document) when { resource has owner && resource.owner == principal };

@id("no-guests")
forbid(principal, action, resource) when { principal has department && principal.department == "Guests" };
"#;

fn object(json: Json) -> JsonObject {
    json.as_object().cloned().unwrap_or_default()
}

fn question(action: &str, person: Json, groups: &[&str], document: Json) -> Question {
    Question {
        principal: Entity {
            name: EntityName::new("User", "anna"),
            attributes: object(person),
            parents: groups
                .iter()
                .map(|id| EntityName::new("Group", *id))
                .collect(),
        },
        action: action.to_owned(),
        resource: Entity {
            name: EntityName::new("document", "1"),
            attributes: object(document),
            parents: Vec::new(),
        },
        context: JsonObject::new(),
    }
}

fn load(policies: &str, schema: Option<&str>) -> CedarSet {
    let checked = CedarSet::check(policies, schema);
    match checked.and_then(|_| CedarSet::load(policies, schema)) {
        Ok(set) => set,
        Err(findings) => panic!("{findings:#?}"),
    }
}

#[track_caller]
fn refusal(policies: &str, schema: Option<&str>) -> Finding {
    let findings = CedarSet::check(policies, schema).unwrap_err();
    findings.into_iter().next().unwrap()
}

/// Groups may be in each other, and so in themselves.
#[test]
fn a_group_that_is_in_itself_is_a_group_like_any_other() {
    let set = load(
        "permit(principal, action, resource in Group::\"all\");",
        None,
    );
    let mut question = question("read", json!({}), &[], json!({}));
    question.resource = Entity {
        name: EntityName::new("Group", "staff"),
        attributes: JsonObject::new(),
        parents: ["staff", "all"]
            .map(|id| EntityName::new("Group", id))
            .into(),
    };
    assert_eq!(set.decide(&question), Verdict::Permitted);
}

/// The engine's own parser would refuse them.
#[test]
fn groups_that_are_in_each_other_are_groups_like_any_others() {
    let schema =
        "entity Group in [Group]; action read appliesTo { principal: [Group], resource: [Group] };";
    let policies = "permit(principal in Group::\"a\", action, resource in Group::\"c\");";
    for schema in [Some(schema), None] {
        let set = load(policies, schema);
        let group = |id: &str, parents: &[&str]| Entity {
            name: EntityName::new("Group", id),
            attributes: JsonObject::new(),
            parents: parents
                .iter()
                .map(|id| EntityName::new("Group", *id))
                .collect(),
        };
        let asked = |principal, resource| Question {
            principal,
            resource,
            ..question("read", json!({}), &[], json!({}))
        };
        let (b, a) = (group("b", &["a", "b", "c"]), group("a", &["a", "b", "c"]));
        assert_eq!(set.decide(&asked(b.clone(), a.clone())), Verdict::Permitted);
        assert_eq!(
            set.decide(&asked(a, group("d", &[]))),
            Verdict::NotPermitted
        );
    }
}

#[test]
fn policies_permit_and_forbid_by_groups_and_attributes() {
    let set = load(POLICIES, Some(SCHEMA));
    let anna = || json!({"userName": "anna"});
    let owned = || json!({"owner": {"type": "User", "id": "anna"}});
    let of = |question: &Question| set.decide(question);
    assert_eq!(
        of(&question("read", anna(), &["staff"], json!({}))),
        Verdict::Permitted
    );
    assert_eq!(
        of(&question("read", anna(), &["others"], json!({}))),
        Verdict::NotPermitted
    );
    assert_eq!(
        of(&question("write", anna(), &["staff"], json!({}))),
        Verdict::NotPermitted
    );
    assert_eq!(
        of(&question("write", anna(), &[], owned())),
        Verdict::Permitted
    );
    let guest = json!({"userName": "anna", "department": "Guests"});
    assert_eq!(
        of(&question("write", guest, &["staff"], owned())),
        Verdict::Forbidden(vec!["no-guests".into()])
    );
}

#[test]
fn a_set_sees_the_attributes_that_it_names_and_those_that_its_schema_requires() {
    let sees = |policies: &str, schema: Option<&str>| {
        let set = load(policies, schema);
        let names = [
            "userName",
            "department",
            "name",
            "title",
            "urn:example:2.0:Badge",
        ];
        let seen = names.into_iter().filter(|name| set.sees("User", name));
        seen.collect::<Vec<_>>()
    };
    let none: [&str; 0] = [];
    assert_eq!(sees("permit(principal, action, resource);", None), none);
    assert_eq!(sees(POLICIES, None), ["department"]);
    assert_eq!(sees(POLICIES, Some(SCHEMA)), ["userName", "department"]);
    let policy =
        |condition: &str| format!("permit(principal, action, resource) when {{ {condition} }};");
    assert_eq!(
        sees(
            &policy("principal[\"urn:example:2.0:Badge\"].code == \"7\""),
            None
        ),
        ["urn:example:2.0:Badge"]
    );
    assert_eq!(
        sees(
            &policy("resource.owner has title && principal.name has givenName"),
            None
        ),
        ["name", "title"]
    );
    // A name may be hidden in an escape.
    let hidden = policy(r#"principal["\u{64}epartment"] == "Sales""#);
    assert!(sees(&hidden, None).contains(&"department"));
}

#[test]
fn what_the_schema_does_not_know_of_an_entity_is_left_out() {
    let set = load(POLICIES, Some(SCHEMA));
    let person = json!({
        "userName": "anna", "title": "Dr.", "emails": ["a@example.com"],
        "name": {"givenName": "Anna", "formatted": "Anna A."},
        "manager": {"__entity": {"type": "User", "id": "boss"}},
    });
    let document = json!({"pages": 3, "public": null});
    assert_eq!(
        set.decide(&question("read", person, &["staff"], document)),
        Verdict::Permitted
    );
}

#[test]
fn err_what_does_not_fit_the_schema_is_no_question() {
    let set = load(POLICIES, Some(SCHEMA));
    let no_question = |question: &Question, hint: &str| match set.decide(question) {
        Verdict::NoQuestion(why) => assert!(why.contains(hint), "`{hint}` is not in {why}"),
        other => panic!("{other:?}"),
    };
    let anna = || json!({"userName": "anna"});
    no_question(&question("fly", anna(), &[], json!({})), "fly");
    no_question(&question("read", json!({}), &[], json!({})), "userName");
    no_question(
        &question("read", json!({"userName": 1}), &[], json!({})),
        "userName",
    );
    let mut other = question("read", anna(), &[], json!({}));
    other.resource.name.kind = "Planet".into();
    no_question(&other, "Planet");
    other.resource.name.kind = "a-b".into();
    no_question(&other, "`a-b` can't be a type");
    let mut other = question("delete", anna(), &[], json!({}));
    other.context = object(json!({"ip": "10.0.0.1"}));
    no_question(&other, "ip");
}

#[test]
fn values_take_the_types_that_the_schema_gives_them() {
    let policies = r#"permit(principal, action, resource) when {
        context has ip && context.ip.isInRange(ip("10.0.0.0/8")) };"#;
    let set = load(policies, Some(SCHEMA));
    for (ip, expected) in [
        ("10.1.2.3", Verdict::Permitted),
        ("11.1.2.3", Verdict::NotPermitted),
    ] {
        let mut question = question("read", json!({"userName": "anna"}), &[], json!({}));
        question.context = object(json!({"ip": ip, "none": null}));
        assert_eq!(set.decide(&question), expected, "{ip}");
    }
}

#[test]
fn without_a_schema_everything_is_there_and_a_failing_forbid_forbids() {
    let permit = "permit(principal, action, resource) when { principal.title == \"Dr.\" };";
    let titled = || question("fly", json!({"title": "Dr."}), &[], json!({}));
    assert_eq!(load(permit, None).decide(&titled()), Verdict::Permitted);
    let other = question("fly", json!({}), &[], json!({}));
    assert_eq!(load(permit, None).decide(&other), Verdict::NotPermitted);
    let both = format!("{permit} forbid(principal, action, resource) when {{ resource.secret }};");
    match load(&both, None).decide(&titled()) {
        Verdict::Failed(why) => assert!(why.contains("secret"), "{why}"),
        other => panic!("{other:?}"),
    }
    let mut open = titled();
    open.resource.attributes = object(json!({"secret": false}));
    assert_eq!(load(&both, None).decide(&open), Verdict::Permitted);
}

#[test]
fn err_mistakes_are_told_with_their_place() {
    let finding = refusal(
        "permit(principal, action, resource);\npermit(principal, acton, resource);",
        None,
    );
    assert_eq!(finding.source, Source::Policies);
    assert_eq!(
        finding.position.map(|(line, _)| line),
        Some(2),
        "{finding:?}"
    );
    let finding = refusal("permit(principal, action, resource)", None);
    assert!(
        finding.message.contains("unexpected end of input"),
        "{finding:?}"
    );
    let wrong = "permit(principal, action == Action::\"read\", resource) when {\n  principal.departement == \"x\" };";
    let finding = refusal(wrong, Some(SCHEMA));
    assert!(finding.message.contains("departement"), "{finding:?}");
    assert_eq!(finding.position, Some((2, 3)));
    assert_eq!(finding.policy.as_deref(), Some("policy0"));
    let finding = refusal(
        "@id(\"a\") permit(principal, action == Action::\"fly\", resource);",
        Some(SCHEMA),
    );
    assert_eq!(finding.policy.as_deref(), Some("a"));
    let finding = refusal(POLICIES, Some("entity User {\n  a: Strin };"));
    assert_eq!(finding.source, Source::Schema);
    assert!(finding.message.contains("Strin"), "{finding:?}");
    let finding = refusal(POLICIES, Some("{\"\": 1}"));
    assert_eq!(finding.source, Source::Schema);
}

#[test]
fn err_sets_that_are_too_much() {
    let twice = "@id(\"a\") permit(principal, action, resource);".repeat(2);
    let finding = refusal(&twice, None);
    assert!(finding.message.contains('a'), "{finding:?}");
    let finding = refusal("permit(principal == ?principal, action, resource);", None);
    assert!(finding.message.contains("templates"), "{finding:?}");
    let many = "permit(principal, action, resource);".repeat(MAX_POLICIES + 1);
    assert!(refusal(&many, None).message.contains("1001 policies"));
}

/// On a stack like a component's, of which the engine leaves a tenth where it knows how much there is.
#[test]
fn err_policies_that_would_take_long_to_check() {
    let kinds: Vec<String> = (0..100).map(|number| format!("E{number}")).collect();
    let kinds = kinds.join(", ");
    let schema = format!(
        "entity {kinds}; action read appliesTo {{ principal: [{kinds}], resource: [{kinds}] }};"
    );
    let policies = |count: usize| "permit(principal, action, resource);\n".repeat(count);
    assert!(CedarSet::check(&policies(10), Some(&schema)).is_ok());
    let findings = CedarSet::check(&policies(600), Some(&schema)).unwrap_err();
    let expected = "22200 bytes of policies are too much to check against 10000 pairs";
    assert!(findings[0].message.starts_with(expected), "{findings:?}");
    let wide: Vec<String> = (0..9_900)
        .map(|number| format!("a{number}: Long"))
        .collect();
    let schema = format!(
        "entity E; action read appliesTo {{ principal: [E], resource: [E], context: {{ {} }} }};",
        wide.join(", ")
    );
    let same = ["context == context"; 100].join(" && ");
    let same = format!("permit(principal, action, resource) when {{ {same} }};");
    assert!(CedarSet::check(&same.repeat(2), Some(&schema)).is_ok());
    let findings = CedarSet::check(&same.repeat(100), Some(&schema)).unwrap_err();
    let expected = "the widest has 9900 attributes";
    assert!(findings[0].message.contains(expected), "{findings:?}");
}

#[test]
fn the_deepest_policies_that_are_taken_are_evaluated() {
    let all = || {
        for (before, operator, count, after) in [
            ("when { true", " && true", 150, " }"),
            ("when { false", " || true", 150, " }"),
            ("when { true", " && !false", 75, " }"),
            ("when { resource has a", ".a", 150, " }"),
            ("when { resource has a && resource", "[\"a\"]", 149, " }"),
            ("when { ", "if false then true else ", 150, "true }"),
            ("", "unless { action != action }", 75, ""),
            ("", "when { action == action }", 151, ""),
        ] {
            let condition = format!("{before}{}{after}", operator.repeat(count));
            let policy = format!("permit(principal, action, resource) {condition};");
            let set = load(&policy, None);
            let verdict = set.decide(&question("read", json!({}), &[], json!({})));
            let is_permitted = !condition.contains("resource");
            assert_eq!(verdict == Verdict::Permitted, is_permitted, "{operator}");
            // Whether it fits the schema is another matter.
            let _ = CedarSet::check(&policy, Some(SCHEMA));
        }
    };
    let thread = std::thread::Builder::new().stack_size(1024 * 1024);
    thread.spawn(all).unwrap().join().unwrap();
}

#[test]
fn a_schema_in_json_is_the_same() {
    let json = json!({"": {
        "commonTypes": {"Person": {"type": "Record", "attributes": {"userName": {"type": "String"}}}},
        "entityTypes": {
            "Group": {},
            "User": {"memberOfTypes": ["Group"], "shape": {"type": "Person"}},
            "document": {},
        },
        "actions": {"read": {"appliesTo": {"principalTypes": ["User"], "resourceTypes": ["document"]}}},
    }});
    let policies = "permit(principal in Group::\"staff\", action, resource) when { principal.userName == \"anna\" };";
    let set = load(policies, Some(&json.to_string()));
    let person = json!({"userName": "anna", "title": "Dr."});
    assert_eq!(
        set.decide(&question("read", person, &["staff"], json!({"a": 1}))),
        Verdict::Permitted
    );
}

#[test]
fn names_within_a_namespace_are_its_own() {
    let schema = r#"
        entity Group;
        entity User in [Group] { userName: String };
        namespace App {
            entity Folder;
            type Size = { height: Long };
            entity document in [Folder] { size: Size, owner?: User };
        }
        action read appliesTo { principal: [User], resource: [App::document] };"#;
    let policies = "permit(principal in Group::\"staff\", action, resource) when { resource.size.height > 1 };";
    let set = load(policies, Some(schema));
    let document = json!({"size": {"height": 2, "width": 1}, "owner": {"type": "User", "id": "x"}});
    let mut asked = question("read", json!({"userName": "anna"}), &["staff"], document);
    asked.resource.name.kind = "App::document".into();
    asked.resource.parents = vec![
        EntityName::new("App::Folder", "f"),
        EntityName::new("Group", "g"),
    ];
    assert_eq!(set.decide(&asked), Verdict::Permitted);
}

#[test]
fn actions_are_those_of_the_schema() {
    let set = load(POLICIES, Some(SCHEMA));
    assert_eq!(set.actions("User", "document"), ["delete", "read", "write"]);
    assert!(set.actions("Group", "document").is_empty());
    assert!(set.actions("a-b", "document").is_empty());
    assert!(load("", None).actions("User", "document").is_empty());
}

#[test]
fn an_empty_set_permits_nothing() {
    let set = load("", None);
    assert_eq!(
        set.decide(&question("read", json!({}), &[], json!({}))),
        Verdict::NotPermitted
    );
}

/// What `docs/policies.md` has for the SCIM endpoints.
#[test]
fn the_example_for_the_scim_endpoints_does_what_it_says() {
    let text = include_str!("../../../docs/policies.md");
    let (_, example) = text.split_once("## At the SCIM endpoints").unwrap();
    let (example, _) = example.split_once("\n## ").unwrap();
    let lines = example.lines().filter(|line| line.starts_with("    "));
    let text: Vec<&str> = lines.skip_while(|line| !line.contains("entity")).collect();
    let policies = text.iter().position(|line| line.contains("@id")).unwrap();
    let (schema, policies) = text.split_at(policies);
    let set = load(&policies.join("\n"), Some(&schema.join("\n")));
    let entity = |(kind, id): (&str, &str), attributes: &Json| Entity {
        name: EntityName::new(kind, id),
        attributes: object(attributes.clone()),
        parents: Vec::new(),
    };
    let staff = json!({"userName": "anna", "active": true, "groupNames": ["Staff"]});
    let admin = json!({"userName": "root", "groupNames": ["Administrators"]});
    let none = json!({});
    let client = json!({"name": "Help desk", "active": true});
    let token = json!({"id": "1"});
    let (anna, root, nobody) = (("User", "anna"), ("User", "root"), ("User", "nobody"));
    let (desk, entra) = (("Client", "help-desk"), ("ProvisioningToken", "entra"));
    let (users, group) = (("ResourceType", "User"), ("Group", "1"));
    let attributes = |name| match name {
        ("User", "anna") => &staff,
        ("User", "root") => &admin,
        ("Client", _) => &client,
        ("ProvisioningToken", _) => &token,
        _ => &none,
    };
    for (principal, action, resource, expected) in [
        (entra, "scim:delete", root, true),
        (entra, "scim:create", users, true),
        (entra, "scim:update", group, true),
        (("ProvisioningToken", "okta"), "scim:list", users, false),
        (desk, "scim:read", anna, true),
        (desk, "scim:update", anna, true),
        (desk, "scim:update", nobody, true),
        (desk, "scim:update", root, false),
        (desk, "scim:delete", anna, false),
        (desk, "scim:update", group, false),
        (desk, "scim:list", users, false),
        (("Client", "other"), "scim:read", anna, false),
        (anna, "scim:read", anna, true),
        (anna, "scim:read", root, false),
        (anna, "scim:update", anna, false),
        // The schema has no such question.
        (entra, "scim:list", anna, false),
    ] {
        let question = Question {
            principal: entity(principal, attributes(principal)),
            action: action.to_owned(),
            resource: entity(resource, attributes(resource)),
            context: JsonObject::new(),
        };
        let verdict = set.decide(&question);
        let permitted = verdict == Verdict::Permitted;
        assert_eq!(
            permitted, expected,
            "{principal:?} {action} {resource:?}: {verdict:?}"
        );
    }
}
