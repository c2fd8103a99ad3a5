mod catalogue;
mod define;
mod definition;
mod properties;
mod rules;

use super::*;
use crate::AttrPath;

#[track_caller]
fn check(rt: &ResourceType, path: &str, expected: Option<&str>) {
    let path = AttrPath::parse(path).unwrap();
    let key = rt.resolve(&path).map(|target| target.key());
    assert_eq!(key.as_deref(), expected, "{path}");
}

#[test]
fn every_embedded_schema_is_read_and_written_back_the_same() {
    for (urn, schema) in [
        (USER_SCHEMA, Schema::user()),
        (ENTERPRISE_USER_SCHEMA, Schema::enterprise_user()),
        (GROUP_SCHEMA, Schema::group()),
        (
            SERVICE_PROVIDER_CONFIG_SCHEMA,
            Schema::service_provider_config(),
        ),
        (RESOURCE_TYPE_SCHEMA, Schema::resource_type()),
        (SCHEMA_SCHEMA, Schema::meta_schema()),
    ] {
        assert_eq!(schema.id, urn);
        let wire = serde_json::to_value(&schema).unwrap();
        // Relations are the server's own, and no part of the wire form.
        let read: Schema = serde_json::from_value(wire.clone()).unwrap();
        assert_eq!(serde_json::to_value(read).unwrap(), wire);
        for attribute in &schema.attributes {
            assert_eq!(attribute.is_complex(), !attribute.sub_attributes.is_empty());
        }
    }
    assert_eq!(ResourceType::common_attributes().len(), 4);
}

#[test]
fn characteristics_are_the_rfcs() {
    let user = Schema::user();
    let user_name = user.attribute("username").unwrap();
    assert!(user_name.required && !user_name.case_exact);
    assert_eq!(user_name.uniqueness, Uniqueness::Server);
    let password = user.attribute("password").unwrap();
    assert_eq!(
        (password.mutability, password.returned),
        (Mutability::WriteOnly, Returned::Never)
    );
    let groups = user.attribute("groups").unwrap();
    assert_eq!(groups.mutability, Mutability::ReadOnly);
    assert_eq!(
        groups.sub_attribute("$ref").unwrap().reference_types,
        ["Group"]
    );
    assert!(
        user.attribute("addresses")
            .unwrap()
            .sub_attribute("primary")
            .is_some()
    );
    let group = Schema::group();
    assert!(group.attribute("displayName").unwrap().required);
    let members = group.attribute("members").unwrap();
    assert!(
        members
            .sub_attributes
            .iter()
            .all(|sub| sub.mutability == Mutability::Immutable)
    );
}

#[test]
fn resolve_ignores_case_and_takes_the_core_urn() {
    let rt = ResourceType::user();
    check(&rt, "USERNAME", Some("userName"));
    check(&rt, "Name.FamilyName", Some("name.familyName"));
    check(
        &rt,
        "urn:ietf:params:scim:schemas:core:2.0:user:emails.VALUE",
        Some("emails.value"),
    );
    check(
        &rt,
        "urn:ietf:params:scim:schemas:core:2.0:User:id",
        Some("id"),
    );
    check(&rt, "meta.lastmodified", Some("meta.lastModified"));
    check(&rt, "externalid", Some("externalId"));
    check(&rt, "schemas", Some("schemas"));
}

#[test]
fn resolve_takes_an_extension_by_its_urn() {
    let rt = ResourceType::user();
    let manager = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value";
    check(&rt, manager, Some(manager));
    check(&rt, &manager.to_uppercase(), Some(manager));
    check(&rt, "manager.value", None);
}

#[test]
fn resolve_knows_only_what_the_schema_has() {
    let rt = ResourceType::user();
    for path in [
        "nope",
        "name.nope",
        "userName.value",
        "urn:x:userName",
        "meta.nope",
        "members",
    ] {
        check(&rt, path, None);
    }
}

#[test]
fn what_an_attribute_leaves_out_takes_the_default() {
    let attribute: Attribute = serde_json::from_str(r#"{"name":"x"}"#).unwrap();
    assert_eq!(attribute.kind, AttributeType::String);
    assert_eq!(attribute.mutability, Mutability::ReadWrite);
    assert_eq!(attribute.returned, Returned::Default);
    assert_eq!(attribute.uniqueness, Uniqueness::None);
    assert!(!attribute.case_exact && !attribute.required && !attribute.multi_valued);
}
