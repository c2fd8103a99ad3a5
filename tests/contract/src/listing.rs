//! Lists: filters, order, pages, totals.

use anyhow::{Result, ensure};
use rollcall_store::Database;
use serde_json::json;

use crate::fixture::{Fixture, LOCATION, names};

pub async fn an_unfiltered_list_counts_without_the_deleted<D: Database>(
    f: Fixture<'_, D>,
) -> Result<()> {
    for name in ["a", "b", "c"] {
        f.create_named(name).await?;
    }
    let b = f
        .page(Some("userName eq \"b\""), None, 0, 1)
        .await?
        .resources[0]
        .1
        .id
        .clone();
    f.delete(&b, None).await?;
    let page = f.page(None, None, 0, 10).await?;
    ensure!(page.total == 2 && names(&page) == ["a", "c"], "{page:?}");
    Ok(())
}

pub async fn pages_follow_each_other<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    for name in ["d", "b", "a", "c", "e"] {
        f.create_named(name).await?;
    }
    let sort = Some(("userName", "descending"));
    for filter in [None, Some("userName pr")] {
        let first = f.page(filter, sort, 0, 2).await?;
        let second = f.page(filter, sort, 2, 2).await?;
        let third = f.page(filter, sort, 4, 2).await?;
        let beyond = f.page(filter, sort, 9, 2).await?;
        let none = f.page(filter, sort, 0, 0).await?;
        ensure!(
            [&first, &second, &third, &beyond, &none]
                .iter()
                .all(|page| page.total == 5),
            "the totals differ"
        );
        ensure!(
            names(&first) == ["e", "d"] && names(&second) == ["c", "b"] && names(&third) == ["a"]
        );
        ensure!(beyond.resources.is_empty() && none.resources.is_empty());
    }
    Ok(())
}

pub async fn the_index_follows_an_update<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    let old = f.user("1", &json!({"userName": "a", "emails": [{"value": "old@x.example", "type": "work"}], "title": "Dr"}));
    f.create(&old).await?;
    let new = f.next(&old, &json!({"userName": "a", "emails": [{"value": "new@x.example", "type": "work"}], "active": true}));
    f.update(&old, &new).await?;
    ensure!(
        f.find("emails.value eq \"old@x.example\"")
            .await?
            .is_empty(),
        "an old value is still found"
    );
    ensure!(
        f.find("title pr").await?.is_empty(),
        "an attribute that went is still found"
    );
    for filter in [
        "emails.value eq \"new@x.example\"",
        "active eq true",
        "emails[type eq \"work\" and value sw \"NEW\"]",
    ] {
        ensure!(
            f.find(filter).await? == ["a"],
            "`{filter}` does not find it"
        );
    }
    Ok(())
}

pub async fn filters_find_what_they_name<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let anna = f.user("anna", &json!({
        "userName": "Anna", "externalId": "X1", "active": true, "name": {"familyName": "Ångström"},
        "emails": [{"value": "anna@work.example", "type": "work"}, {"value": "anna@home.example", "type": "home"}],
        urn: {"employeeNumber": "007", "manager": {"value": "boss"}},
    }));
    let berta = f.user(
        "berta",
        &json!({
            "userName": "berta", "externalId": "x1", "active": false,
            "emails": [{"value": "berta@home.example", "type": "work"}],
        }),
    );
    f.create(&anna).await?;
    f.create(&berta).await?;
    let both: &[&str] = &["Anna", "berta"];
    let number = format!("{urn}:employeeNumber eq \"007\"");
    let id = format!("id eq \"{}\"", anna.id);
    let location = format!("meta.location ew \"{}\"", &anna.id[3..]);
    let whole_location = format!("meta.location eq \"{LOCATION}{}\"", anna.id);
    let created = format!("meta.created gt \"{}\"", anna.created);
    let expected: &[(&str, &[&str])] = &[
        ("userName eq \"ANNA\"", &["Anna"]),
        ("externalId eq \"x1\"", &["berta"]),
        ("name.familyName eq \"ångström\"", &["Anna"]),
        ("userName sw \"A\" or userName ew \"TA\"", both),
        ("userName co \"nn\"", &["Anna"]),
        ("userName gt \"anna\"", &["berta"]),
        ("userName ge \"anna\" and userName lt \"berta\"", &["Anna"]),
        ("active eq false", &["berta"]),
        ("active ne true", &["berta"]),
        ("name pr", &["Anna"]),
        ("not (name.familyName pr)", &["berta"]),
        ("name.familyName ne \"x\"", both),
        ("emails eq \"anna@home.example\"", &["Anna"]),
        (
            "emails[type eq \"work\" and value co \"@home\"]",
            &["berta"],
        ),
        (
            "emails[type eq \"home\"].value ew \"home.example\"",
            &["Anna"],
        ),
        ("emails[not (type eq \"work\")]", &["Anna"]),
        (
            "emails.type eq \"work\" and emails.value co \"@home\"",
            both,
        ),
        (&number, &["Anna"]),
        (&id, &["Anna"]),
        (&location, &["Anna"]),
        (&whole_location, &["Anna"]),
        (&created, &["berta"]),
        ("meta.resourceType eq \"User\"", both),
        ("meta.version eq \"W/\\\"1\\\"\"", both),
        ("schemas co \"enterprise\"", &["Anna"]),
        (
            "schemas eq \"urn:ietf:params:scim:schemas:core:2.0:User\"",
            both,
        ),
        ("userName eq \"o'; DROP TABLE resource; --\"", &[]),
    ];
    for (filter, names) in expected {
        let found = f.find(filter).await?;
        ensure!(found == *names, "`{filter}` finds {found:?}");
    }
    Ok(())
}

pub async fn missing_values_sort_last_then_first<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    for (name, title) in [("a", Some("z")), ("b", None), ("c", Some("Y"))] {
        let attributes = title.map_or(
            json!({"userName": name}),
            |title| json!({"userName": name, "title": title}),
        );
        f.create(&f.user(name, &attributes)).await?;
    }
    ensure!(names(&f.page(None, Some(("title", "ascending")), 0, 9).await?) == ["c", "a", "b"]);
    ensure!(names(&f.page(None, Some(("title", "descending")), 0, 9).await?) == ["b", "a", "c"]);
    Ok(())
}

pub async fn a_page_is_cut_before_it_is_too_large<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    let large = "x".repeat(1_000_000);
    for name in ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"] {
        f.create(&f.user(name, &json!({"userName": name, "title": large})))
            .await?;
    }
    let first = f.page(None, None, 0, 100).await?;
    let shown = first.resources.len() as u64;
    ensure!(
        first.total == 11 && (8..11).contains(&shown),
        "{shown} are on it"
    );
    let rest = f.page(None, None, shown, 100).await?;
    ensure!(
        rest.resources.len() as u64 == 11 - shown,
        "the rest does not follow"
    );
    Ok(())
}
