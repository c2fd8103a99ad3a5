//! `/.well-known/authzen-configuration`.

use rollcall_suite::Client;
use serde_json::json;

use crate::{Fixture, refused};

#[test]
fn metadata_are_at_the_places_of_the_standard_and_need_no_token() {
    let fixture = Fixture::new();
    let root = Client::new(fixture.service.base_url.clone(), None);
    let tenant = format!("/t/{}", fixture.tenant);
    let place = "/.well-known/authzen-configuration";
    for (path, prefix) in [
        (place.to_owned(), ""),
        (format!("{place}{tenant}"), tenant.as_str()),
        (format!("{tenant}{place}"), tenant.as_str()),
    ] {
        let answer = root.get(&path).expect(200);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        let metadata = answer.json();
        let base = metadata["policy_decision_point"]
            .as_str()
            .unwrap_or_default();
        assert!(base.starts_with("http") && base.ends_with(prefix), "{base}");
        let expected = json!({
            "policy_decision_point": base,
            "access_evaluation_endpoint": format!("{base}/access/v1/evaluation"),
            "access_evaluations_endpoint": format!("{base}/access/v1/evaluations"),
            "search_action_endpoint": format!("{base}/access/v1/search/action"),
        });
        assert_eq!(metadata, expected);
    }
    refused(root.get(&format!("{place}/x")), 404, "there is nothing at");
    refused(root.post(place, &json!({})), 405, "GET");
}
