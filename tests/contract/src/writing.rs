//! Create, update, delete: atomic, conditional, logged.

use anyhow::{Result, ensure};
use rollcall_store::{Database, MAX_DOCUMENT, StoreError};
use serde_json::json;

use crate::fixture::Fixture;

pub async fn a_created_resource_is_read_back<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    let attributes = json!({
        "userName": "Bj\u{f6}rn", "active": true, "emails": [{"value": "b@x.example", "primary": true}, {"value": "c@x.example"}],
    });
    let user = f.user("1", &attributes);
    f.create(&user).await?;
    ensure!(
        f.get(&user.id).await? == Some(user),
        "another resource came back"
    );
    ensure!(
        f.get("nobody").await?.is_none(),
        "something came back for an id that isn't there"
    );
    Ok(())
}

pub async fn a_unique_value_is_taken_once<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    f.create_named("Anna").await?;
    let twin = f.user("twin", &json!({"userName": "aNNA"}));
    ensure!(
        f.create(&twin).await == Err(StoreError::Conflict),
        "a name in another case was not refused"
    );
    Ok(())
}

pub async fn a_unique_value_is_free_after_rename_and_delete<D: Database>(
    f: Fixture<'_, D>,
) -> Result<()> {
    let first = f.create_named("first").await?;
    f.update(&first, &f.next(&first, &json!({"userName": "renamed"})))
        .await?;
    let second = f.user("second", &json!({"userName": "first"}));
    f.create(&second).await?;
    f.delete(&second.id, None).await?;
    let third = f.user("third", &json!({"userName": "first"}));
    f.create(&third).await?;
    Ok(())
}

pub async fn a_refused_create_leaves_nothing<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    f.create_named("anna").await?;
    let twin = f.user("twin", &json!({"userName": "anna", "displayName": "Twin"}));
    ensure!(f.create(&twin).await == Err(StoreError::Conflict));
    ensure!(f.get(&twin.id).await?.is_none(), "the document is there");
    ensure!(
        f.find("displayName eq \"Twin\"").await?.is_empty(),
        "the index has it"
    );
    ensure!(
        f.page(None, None, 0, 0).await?.total == 1,
        "the counter has it"
    );
    ensure!(f.log().await?.len() == 1, "the change log has it");
    Ok(())
}

pub async fn a_stale_update_changes_nothing<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    let first = f.create_named("anna").await?;
    let second = f.next(
        &first,
        &json!({"userName": "anna", "displayName": "Second"}),
    );
    f.update(&first, &second).await?;
    let lost = f.next(&first, &json!({"userName": "other", "displayName": "Lost"}));
    ensure!(
        f.update(&first, &lost).await == Err(StoreError::PreconditionFailed),
        "it was not refused"
    );
    ensure!(
        f.get(&first.id).await? == Some(second),
        "the document is another"
    );
    ensure!(
        f.find("displayName eq \"Second\"").await? == ["anna"],
        "the index lost the entry that stays"
    );
    ensure!(
        f.find("userName eq \"other\"").await?.is_empty(),
        "the index has the refused entry"
    );
    ensure!(f.log().await?.len() == 2, "the change log has it");
    let gone = f.user("gone", &json!({"userName": "gone"}));
    ensure!(f.update(&gone, &f.next(&gone, &json!({}))).await == Err(StoreError::NotFound));
    Ok(())
}

pub async fn a_conflicting_update_changes_nothing<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    f.create_named("anna").await?;
    let berta = f.create_named("berta").await?;
    let twin = f.next(&berta, &json!({"userName": "ANNA"}));
    ensure!(
        f.update(&berta, &twin).await == Err(StoreError::Conflict),
        "it was not refused"
    );
    ensure!(
        f.get(&berta.id).await? == Some(berta),
        "the document is another"
    );
    ensure!(
        f.find("userName eq \"berta\"").await? == ["berta"],
        "the index lost the name that stays"
    );
    Ok(())
}

pub async fn a_delete_with_an_old_version_is_refused<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    let first = f.create_named("anna").await?;
    f.update(&first, &f.next(&first, &json!({"userName": "berta"})))
        .await?;
    ensure!(f.delete(&first.id, Some(1)).await == Err(StoreError::PreconditionFailed));
    ensure!(f.get(&first.id).await?.is_some(), "it is gone all the same");
    f.delete(&first.id, Some(2)).await?;
    ensure!(f.get(&first.id).await?.is_none(), "it is still there");
    ensure!(f.delete(&first.id, None).await == Err(StoreError::NotFound));
    Ok(())
}

pub async fn every_write_is_in_the_change_log_and_without_values<D: Database>(
    f: Fixture<'_, D>,
) -> Result<()> {
    let first = f.create_named("anna").await?;
    let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let second = f.next(
        &first,
        &json!({"userName": "anna", "nickName": "secret", urn: {"department": "secret"}}),
    );
    f.update(&first, &second).await?;
    f.delete(&first.id, None).await?;
    let log = f.log().await?;
    let told: Vec<_> = log
        .iter()
        .map(|c| (c.operation.as_str(), c.version, c.attributes.clone()))
        .collect();
    let department = format!("{urn}:department");
    let expected = [
        ("create", 1, vec!["userName".to_owned()]),
        ("replace", 2, vec!["nickName".to_owned(), department]),
        ("delete", 3, vec![]),
    ];
    ensure!(told == expected, "it has {told:?}");
    ensure!(
        log.iter().all(
            |c| c.resource == first.id && c.actor == format!("token:{}/first", f.access.tenant)
        )
    );
    let rest = f
        .store
        .changes(&f.access.tenant, log[0].sequence, 1)
        .await?;
    ensure!(rest == log[1..2], "`after` and `limit` are not kept");
    Ok(())
}

pub async fn a_resource_does_not_grow_without_end<D: Database>(f: Fixture<'_, D>) -> Result<()> {
    let first = f.create_named("anna").await?;
    let title = "x".repeat(MAX_DOCUMENT);
    let grown = f.next(&first, &json!({"userName": "anna", "title": title}));
    ensure!(f.update(&first, &grown).await == Err(StoreError::TooLarge));
    ensure!(f.get(&first.id).await? == Some(first), "it was changed");
    Ok(())
}
