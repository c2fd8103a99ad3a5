use rollcall_host::Host;
use serde_json::{Value, json};

use crate::support::{Probes, manifest, ok, start, start_with};

async fn variable(probes: &Probes, name: &str) -> Value {
    probes
        .script(json!([{ "op": "variable", "name": name }]))
        .await[0]
        .clone()
}

#[tokio::test]
async fn templates_take_defaults_and_given_values() {
    let probes = start().await;
    assert_eq!(variable(&probes, "phrase").await, ok("hello, world!"));
    assert_eq!(variable(&probes, "plain").await, ok("plain"));
    assert_eq!(variable(&probes, "secret").await, ok("a-secret-token"));
    let probes = start_with(|host| host.variable("name", "{{ token }}")).await;
    // A value is not a template.
    assert_eq!(variable(&probes, "phrase").await, ok("hello, {{ token }}!"));
}

#[tokio::test]
async fn a_component_sees_its_own_names_only() {
    let probes = start().await;
    let undefined = variable(&probes, "greeting").await;
    assert!(
        undefined["error"].as_str().unwrap().contains("Undefined"),
        "{undefined}"
    );
    let invalid = variable(&probes, "Not-A-Name").await;
    assert!(
        invalid["error"].as_str().unwrap().contains("InvalidName"),
        "{invalid}"
    );
}

#[tokio::test]
async fn a_required_variable_must_have_a_value() {
    let dir = tempfile::tempdir().unwrap();
    let started = Host::builder(manifest())
        .state_dir(dir.path())
        .start()
        .await;
    let message = format!("{:#}", started.err().unwrap());
    assert!(
        message.contains("variable `token` is required"),
        "{message}"
    );
}

#[tokio::test]
async fn the_runtime_configuration_may_give_values() {
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("runtime.toml");
    let provider = "[[variables_provider]]\ntype = \"static\"\nvalues = { name = \"moon\", greeting = \"lost\" }\n";
    std::fs::write(&config, provider).unwrap();
    let probes = start_with(|host| {
        host.runtime_config(&config)
            .variable("greeting", "good night")
    })
    .await;
    assert_eq!(variable(&probes, "phrase").await, ok("good night, moon!"));
}
