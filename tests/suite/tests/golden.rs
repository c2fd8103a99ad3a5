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
    authentik_group_members
    entra_aadoptscim062020
    entra_group_life_cycle
    entra_recreate_inactive_user
    entra_string_booleans
    entra_unknown_schema
    entra_user_life_cycle
    google_workspace_probe
    jumpcloud_nulls_and_empty_arrays
    keycloak_string_active
    okta_group_push
    okta_password_sync
    okta_user_life_cycle
    onelogin_single_object
    pingone_filters_emails
    rfc7643_4_1_2_groups_are_read_only
    rfc7643_4_1_2_nested_groups
    rfc7643_4_2_unknown_members
    rfc7643_8_1_minimal
    rfc7643_8_2_full
    rfc7643_8_3_enterprise
    rfc7643_8_4_group
    rfc7644_3_11_me
    rfc7644_3_12_errors
    rfc7644_3_14_versions
    rfc7644_3_3_create
    rfc7644_3_4_2_1_query_all_types
    rfc7644_3_4_2_query
    rfc7644_3_5_1_put
    rfc7644_3_5_2_patch
    rfc7644_3_5_2_patch_groups
    rfc7644_3_6_delete_a_member
    rfc7644_3_7_1_bulk_circular
    rfc7644_3_7_2_bulk_ids
    rfc7644_3_7_3_bulk_errors
    rfc7644_4_discovery
    rfc8265_user_names
    rfc9865_cursor_errors
    rfc9865_cursor_paging
    rfc9865_cursor_stability
    sailpoint_resource_type_and_absent_complex
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("golden")
}
