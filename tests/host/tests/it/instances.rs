use std::{collections::BTreeMap, time::Duration};

use futures::future::join_all;
use rollcall_host::Reuse;
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::support::{Probes, start, start_with};

async fn instance(probes: &Probes, wait_ms: u32) -> Value {
    probes.json(&format!("/probe/an/instance?{wait_ms}")).await
}

#[tokio::test]
async fn an_instance_takes_128_requests() {
    let probes = start().await;
    let mut served = BTreeMap::<_, u64>::new();
    for _ in 0..300 {
        let answer = instance(&probes, 0).await;
        let count = served.entry(answer["born"].as_u64().unwrap()).or_default();
        *count += 1;
        assert_eq!(answer["number"], *count);
    }
    assert_eq!(served.into_values().collect::<Vec<_>>(), [128, 128, 44]);
}

#[tokio::test]
async fn an_instance_takes_16_requests_at_once() {
    let probes = start().await;
    // One after the other, so that each finds the instance waiting.
    let answers = join_all((0..20).map(async |number| {
        sleep(Duration::from_millis(20 * number)).await;
        instance(&probes, 1_500).await
    }))
    .await;
    let mut at_once = BTreeMap::<_, Vec<_>>::new();
    for answer in answers {
        at_once
            .entry(answer["born"].as_u64())
            .or_default()
            .push(answer["at_once"].as_u64());
    }
    let at_once: Vec<_> = at_once.into_values().collect();
    assert_eq!(
        at_once,
        [
            (1..=16).map(Some).collect::<Vec<_>>(),
            (1..=4).map(Some).collect()
        ]
    );
}

#[tokio::test]
async fn an_idle_instance_is_dropped_after_a_second() {
    let probes = start().await;
    let first = instance(&probes, 0).await;
    sleep(Duration::from_millis(600)).await;
    let second = instance(&probes, 0).await;
    assert_eq!(second["born"], first["born"]);
    sleep(Duration::from_millis(1_300)).await;
    let third = instance(&probes, 0).await;
    assert_ne!(third["born"], first["born"]);
    assert_eq!(third["number"], 1);
}

#[tokio::test]
async fn reuse_is_what_was_asked_for() {
    let reuse = Reuse {
        count: 2,
        concurrent: 1,
        ..Reuse::default()
    };
    let probes = start_with(|host| host.reuse(reuse)).await;
    let mut numbers = Vec::new();
    for _ in 0..4 {
        numbers.push(instance(&probes, 0).await["number"].clone());
    }
    assert_eq!(Value::from(numbers), json!([1, 2, 1, 2]));
    let answers = join_all((0..4).map(|_| instance(&probes, 100))).await;
    assert!(
        answers.iter().all(|answer| answer["at_once"] == 1),
        "{answers:?}"
    );
}

#[tokio::test]
async fn a_trap_is_an_empty_500_and_the_next_request_works() {
    let probes = start().await;
    for _ in 0..3 {
        let trapped = probes.get("/probe/a/trap").await;
        assert_eq!((trapped.status().as_u16(), trapped.body().len()), (500, 0));
        assert_eq!(instance(&probes, 0).await["number"], 1);
    }
}

#[tokio::test]
async fn a_trap_takes_the_other_requests_of_its_instance_along() {
    let probes = start().await;
    let (bystander, trapped) = tokio::join!(probes.get("/probe/an/instance?2000"), async {
        sleep(Duration::from_millis(300)).await;
        probes.get("/probe/a/trap").await
    });
    assert_eq!(trapped.status(), 500);
    assert_eq!(
        (bystander.status().as_u16(), bystander.body().len()),
        (500, 0)
    );
}

#[tokio::test]
async fn an_error_of_the_handler_is_an_empty_500() {
    let probes = start().await;
    let failed = probes.get("/probe/an/error").await;
    assert_eq!((failed.status().as_u16(), failed.body().len()), (500, 0));
    // The instance is none the worse for it.
    assert_eq!(instance(&probes, 0).await["number"], 1);
    assert_eq!(instance(&probes, 0).await["number"], 2);
}

#[tokio::test]
async fn a_request_may_be_limited_in_time() {
    let reuse = Reuse {
        request_timeout: Some(Duration::from_millis(200)),
        ..Reuse::default()
    };
    let probes = start_with(|host| host.reuse(reuse)).await;
    assert_eq!(probes.get("/probe/an/instance?2000").await.status(), 500);
    assert_eq!(probes.get("/probe/an/instance?0").await.status(), 200);
}

#[tokio::test]
async fn output_goes_to_the_log_files() {
    let probes = start().await;
    probes.get("/probe/a/print").await;
    let log = |name: &str| std::fs::read_to_string(probes.dir.path().join("logs").join(name));
    assert_eq!(log("probe_stdout.txt").unwrap(), "printed to stdout\n");
    assert_eq!(log("probe_stderr.txt").unwrap(), "printed to stderr\n");
}

#[tokio::test]
async fn the_environment_is_the_manifests_and_nothing_else() {
    let probes = start().await;
    let environment = probes.json("/probe/an/environment").await;
    assert_eq!(environment, json!({ "COMPONENT": "probe", "MODE": "test" }));
}
