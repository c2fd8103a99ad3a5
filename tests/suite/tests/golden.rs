//! Plays every conversation in `golden/`.

use std::fs;
use std::path::Path;

use rollcall_suite::{Service, golden};

#[test]
fn every_conversation_goes_as_it_is_written() {
    let service = Service::start();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("golden");
    let mut files: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    assert!(!files.is_empty());
    for file in files {
        golden::play(&service.scim(), &file);
    }
}
