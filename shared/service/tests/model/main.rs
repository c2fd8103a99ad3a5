//! Any sequence of operations through the use cases gives the answers that a simple model gives, and leaves what the
//! model has. An operation that fails changes nothing.
#![expect(
    clippy::unwrap_used,
    reason = "a step that prepares the test and fails is a failed test"
)]

mod bodies;
mod checks;
mod circles;
#[path = "../fakes/mod.rs"]
mod fakes;
mod model;
mod service;
mod steps;
mod view;

use std::collections::BTreeSet;

use proptest::prelude::*;

use checks::Seen;
use model::{Model, Outcome};
use service::{Answer, Service};
use steps::{Request, Step};

/// Runs one operation in both.
fn run_single(service: &Service, model: &mut Model, step: &Step, is_shown: bool) {
    let if_match = model.if_match(step);
    let answer = service.run(model, step, if_match, is_shown);
    let new = answer.id.clone().unwrap_or_default();
    let outcome = model.run(step, if_match, &new, None);
    compare(&answer, &outcome, step);
    if let (Some(related), Ok((id, _))) = (&answer.related, &outcome) {
        let entry = model.entry(id).unwrap();
        assert_eq!(related, &model.related(entry), "{step:?}");
    }
}

/// Runs operations in one request, and one after the other in the model.
fn run_bulk(service: &Service, model: &mut Model, steps: &[Step], errors: Option<usize>) {
    let if_match: Vec<Option<u64>> = steps.iter().map(|step| model.if_match(step)).collect();
    let operations = bodies::operations(model, steps, &if_match);
    let answers = service.bulk(&operations, errors);
    let mut answers = answers.iter();
    let mut left = errors.unwrap_or(usize::MAX);
    // What was created last, or was to be.
    let mut latest: Option<Option<String>> = None;
    for (step, if_match) in steps.iter().zip(if_match) {
        if left == 0 {
            break;
        }
        let answer = answers.next().unwrap();
        let new = answer.id.clone().unwrap_or_default();
        let outcome = match &latest {
            Some(None) if step.has_latest() => Err(BTreeSet::from([409])),
            latest => model.run(
                step,
                if_match,
                &new,
                latest.iter().flatten().next().map(|id| &**id),
            ),
        };
        compare(answer, &outcome, step);
        if let Step::Create(..) = step {
            latest = Some(outcome.as_ref().ok().map(|(id, _)| id.clone()));
        }
        left -= usize::from(outcome.is_err());
    }
    assert_eq!(answers.next(), None, "{steps:?}");
}

#[track_caller]
fn compare(answer: &Answer, outcome: &Outcome, step: &Step) {
    match outcome {
        Ok((id, version)) => {
            let expected = (Some(id), *version, step.success());
            assert_eq!(
                (answer.id.as_ref(), answer.version, answer.status),
                expected,
                "{step:?}"
            );
        }
        Err(statuses) => assert!(
            statuses.contains(&answer.status),
            "{step:?}: {answer:?}, not {statuses:?}"
        ),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(100) })]

    #[test]
    fn the_service_does_what_the_model_does(requests in steps::requests(), are_shown in any::<bool>()) {
        let (service, mut model, mut seen) = (Service::new(), Model::default(), Seen::new());
        for request in &requests {
            match request {
                Request::Single(step) => run_single(&service, &mut model, step, are_shown),
                Request::Bulk(steps, errors) => run_bulk(&service, &mut model, steps, *errors),
            }
            model.end();
            seen = checks::check(&service, &model, &seen);
        }
        checks::check_filters(&service, &model);
    }
}
