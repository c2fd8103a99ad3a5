//! `/Schemas` and `/ResourceTypes` (RFC 7644 §4); all that is fixed about them is in `golden/rfc7644_4_discovery.json`.

use serde_json::{Value as Json, json};

use crate::{ENTERPRISE, USER, create, tenant};

const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

#[test]
fn every_schema_is_in_the_list_and_at_its_own_address() {
    let (_service, scim) = tenant();
    let list = scim.get("/Schemas").expect(200).json();
    assert_eq!(
        list["schemas"],
        json!(["urn:ietf:params:scim:api:messages:2.0:ListResponse"])
    );
    let schemas = list["Resources"].as_array().unwrap();
    let ids: Vec<&Json> = schemas.iter().map(|schema| &schema["id"]).collect();
    let of_documents = ["ServiceProviderConfig", "ResourceType", "Schema"]
        .map(|name| format!("urn:ietf:params:scim:schemas:core:2.0:{name}"));
    let [config, resource_type, schema] = &of_documents;
    assert_eq!(
        ids,
        [USER, ENTERPRISE, GROUP, config, resource_type, schema]
    );
    assert_eq!(list["totalResults"], 6);
    assert_eq!(list["itemsPerPage"], 6);
    for schema in schemas {
        let id = schema["id"].as_str().unwrap();
        assert_eq!(
            &scim.get(&format!("/Schemas/{id}")).expect(200).json(),
            schema
        );
        assert_eq!(
            schema["schemas"],
            json!(["urn:ietf:params:scim:schemas:core:2.0:Schema"])
        );
        assert_eq!(schema["meta"]["resourceType"], "Schema");
        assert_eq!(
            schema["meta"]["location"],
            format!("{}/Schemas/{id}", scim.base)
        );
    }
    assert_eq!(
        scim.get("/Schemas?startIndex=2&count=1&sortBy=id").json(),
        list,
        "paging is ignored"
    );
    for path in ["/Schemas?filter=id+pr", "/ResourceTypes?filter=id+pr"] {
        scim.get(path).expect_error(403, None);
    }
}

/// RFC 7643 §8.7.1.
#[test]
fn the_user_schema_has_the_standards_attributes_and_characteristics() {
    let (_service, scim) = tenant();
    let schema = scim.get(&format!("/Schemas/{USER}")).json();
    let names: Vec<&str> = schema["attributes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|a| a["name"].as_str().unwrap())
        .collect();
    let expected = [
        "userName",
        "name",
        "displayName",
        "nickName",
        "profileUrl",
        "title",
        "userType",
        "preferredLanguage",
        "locale",
        "timezone",
        "active",
        "password",
        "emails",
        "phoneNumbers",
        "ims",
        "photos",
        "addresses",
        "groups",
        "entitlements",
        "roles",
        "x509Certificates",
    ];
    assert_eq!(names, expected);
    for attribute in schema["attributes"].as_array().unwrap() {
        check_characteristics(attribute);
    }
    let of = |name: &str| {
        schema["attributes"]
            .as_array()
            .unwrap()
            .iter()
            .find(|a| a["name"] == name)
            .unwrap()
    };
    let user_name = of("userName");
    assert_eq!(
        (
            &user_name["required"],
            &user_name["uniqueness"],
            &user_name["caseExact"]
        ),
        (&json!(true), &json!("server"), &json!(false))
    );
    let password = of("password");
    assert_eq!(
        (&password["mutability"], &password["returned"]),
        (&json!("writeOnly"), &json!("never"))
    );
    assert_eq!(of("groups")["mutability"], "readOnly");
    assert_eq!(of("emails")["multiValued"], true);
    assert_eq!(of("profileUrl")["referenceTypes"], json!(["external"]));
}

/// RFC 7643 §8.7.1.
#[test]
fn the_group_schema_has_the_standards_attributes_and_characteristics() {
    let (_service, scim) = tenant();
    let schema = scim.get(&format!("/Schemas/{GROUP}")).expect(200).json();
    let attributes = schema["attributes"].as_array().unwrap();
    attributes.iter().for_each(check_characteristics);
    let [display_name, members] = attributes.as_slice() else {
        panic!("{schema}");
    };
    assert_eq!(display_name["name"], "displayName");
    assert_eq!(display_name["required"], true);
    assert_eq!(members["name"], "members");
    assert_eq!(members["multiValued"], true);
    assert_eq!(members["mutability"], "readWrite");
    let subs = members["subAttributes"].as_array().unwrap();
    let of = |name: &str| subs.iter().find(|sub| sub["name"] == name).unwrap();
    for name in ["value", "$ref", "type"] {
        assert_eq!(of(name)["mutability"], "immutable", "{name}");
    }
    assert_eq!(of("$ref")["referenceTypes"], json!(["User", "Group"]));
}

#[track_caller]
fn check_characteristics(attribute: &Json) {
    for name in ["name", "type", "description", "mutability", "returned"] {
        assert!(attribute[name].is_string(), "{name} of {attribute}");
    }
    for name in ["multiValued", "required"] {
        assert!(attribute[name].is_boolean(), "{name} of {attribute}");
    }
    if attribute["type"] == "complex" {
        let subs = attribute["subAttributes"].as_array().unwrap();
        assert!(!subs.is_empty());
        subs.iter().for_each(check_characteristics);
    } else if attribute["type"] == "reference" {
        assert!(attribute["referenceTypes"].is_array(), "{attribute}");
    }
}

#[test]
fn every_address_that_discovery_names_is_there() {
    let (_service, scim) = tenant();
    let types = scim.get("/ResourceTypes").expect(200).json();
    for resource_type in types["Resources"].as_array().unwrap() {
        let location = resource_type["meta"]["location"].as_str().unwrap();
        let path = location.strip_prefix(&scim.base).unwrap();
        assert_eq!(&scim.get(path).expect(200).json(), resource_type);
        scim.get(resource_type["endpoint"].as_str().unwrap())
            .expect(200);
        let schema = resource_type["schema"].as_str().unwrap();
        let extensions = resource_type["schemaExtensions"].as_array().unwrap().iter();
        for schema in extensions
            .map(|e| e["schema"].as_str().unwrap())
            .chain([schema])
        {
            scim.get(&format!("/Schemas/{schema}")).expect(200);
        }
    }
}

#[test]
fn what_a_user_shows_is_in_the_schemas() {
    let (_service, scim) = tenant();
    let shown = create(
        &scim,
        json!({"userName": "a", "displayName": "A", ENTERPRISE: {"costCenter": "1"}}),
    )
    .json();
    let schema_has = |schema: &str, name: &str| {
        let schema = scim.get(&format!("/Schemas/{schema}")).json();
        schema["attributes"]
            .as_array()
            .unwrap()
            .iter()
            .any(|attribute| attribute["name"] == name)
    };
    for name in shown.as_object().unwrap().keys() {
        let common = ["schemas", "id", "externalId", "meta", ENTERPRISE];
        assert!(
            common.contains(&name.as_str()) || schema_has(USER, name),
            "{name}"
        );
    }
    assert!(schema_has(ENTERPRISE, "costCenter"));
}
