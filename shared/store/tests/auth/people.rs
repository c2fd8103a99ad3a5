//! People by their names.

use pollster::block_on;
use rollcall_store::auth::PersonName;
use serde_json::json;

use crate::world::World;

fn find(w: &World, name: PersonName<'_>) -> Option<String> {
    let found = block_on(w.store.person_named(&w.tenant, name)).unwrap();
    found.map(|person| person.id)
}

#[test]
fn a_person_is_found_by_each_kind_of_name() {
    use PersonName::{Email, ExternalId, UserName};
    let w = World::new();
    w.add_person("u1");
    let emails = json!([
        {"value": "ada@example.com", "type": "work"},
        {"value": "Ada@Example.com", "type": "home"},
    ]);
    let attributes = json!({"userName": "Ada", "externalId": "x-1", "emails": emails});
    w.change_person("u1", &attributes);
    let one = Some("u1".to_owned());
    assert_eq!(find(&w, ExternalId("x-1")), one);
    assert_eq!(find(&w, UserName("ada")), one);
    assert_eq!(find(&w, UserName("ADA")), one);
    assert_eq!(find(&w, Email("ADA@example.com")), one);
    for name in [
        ExternalId("X-1"),
        ExternalId("ada"),
        UserName("x-1"),
        Email("ada"),
        Email(""),
    ] {
        assert_eq!(find(&w, name), None, "{name:?}");
    }
    let neighbour = w.neighbour();
    assert_eq!(find(&neighbour, ExternalId("x-1")), None);
    w.delete_person("u1");
    assert_eq!(find(&w, UserName("ada")), None);
}

#[test]
fn what_two_people_share_names_neither() {
    use PersonName::{Email, ExternalId};
    let w = World::new();
    for id in ["u1", "u2"] {
        w.add_person(id);
        let emails = json!([{"value": "team@example.com"}]);
        w.change_person(
            id,
            &json!({"userName": id, "externalId": "same", "emails": emails}),
        );
    }
    assert_eq!(find(&w, ExternalId("same")), None);
    assert_eq!(find(&w, Email("team@example.com")), None);
}
