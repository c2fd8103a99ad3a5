//! Plays every conversation in `golden/`: each file is a test.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rollcall_suite::{Service, golden};

/// Makes a test of each named file, and one that no file is left out.
macro_rules! conversations {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                let file = folder().join(concat!(stringify!($name), ".json"));
                golden::play(&Service::start().scim(), &file);
            }
        )*

        #[test]
        fn every_file_is_played() {
            let played: BTreeSet<_> = [$(stringify!($name)),*].map(str::to_owned).into();
            let files = fs::read_dir(folder()).unwrap();
            let files = files.map(|entry| entry.unwrap().path().file_stem().unwrap().to_owned());
            let files: BTreeSet<_> = files.map(|stem| stem.into_string().unwrap()).collect();
            assert_eq!(played, files, "add the file to the list in this test");
        }
    };
}

conversations! {
    entra_aadoptscim062020
    entra_string_booleans
    entra_unknown_schema
    entra_user_life_cycle
    google_workspace_probe
    jumpcloud_nulls_and_empty_arrays
    keycloak_string_active
    okta_user_life_cycle
    onelogin_single_object
    pingone_filters_emails
    rfc7643_8_1_minimal
    rfc7643_8_2_full
    rfc7643_8_3_enterprise
    rfc7644_3_12_errors
    rfc7644_3_14_versions
    rfc7644_3_3_create
    rfc7644_3_4_2_query
    rfc7644_3_5_1_put
    rfc7644_3_5_2_patch
    rfc7644_4_discovery
    sailpoint_resource_type_and_absent_complex
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden")
}
