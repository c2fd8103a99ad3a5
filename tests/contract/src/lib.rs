//! What every database behind the store must do. The same cases run natively on rusqlite, and as a Wasm component on
//! Spin's SQLite (`tests/probes/contract`).

mod definitions;
mod fixture;
mod groups;
mod listing;
mod operating;
mod policies;
mod retention;
mod tenancy;
mod tokens;
mod writing;

use anyhow::Result;
use rollcall_store::{Database, Store};

use fixture::Fixture;

/// The outcome of one case.
pub struct Outcome {
    /// The case, as a sentence.
    pub name: &'static str,
    /// Why it failed, if it did.
    pub failure: Option<String>,
}

/// Runs every case over one store, each in tenants of its own.
pub async fn run<D: Database>(store: &Store<D>) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    macro_rules! cases {
        ($($module:ident :: $case:ident),* $(,)?) => {$(
            let name = stringify!($case);
            let outcome = check(store, name, async |fixture| $module::$case(fixture).await).await;
            outcomes.push(outcome);
        )*};
    }
    cases![
        writing::a_created_resource_is_read_back,
        writing::a_unique_value_is_taken_once,
        writing::a_unique_value_is_free_after_rename_and_delete,
        writing::a_refused_create_leaves_nothing,
        writing::a_stale_update_changes_nothing,
        writing::a_conflicting_update_changes_nothing,
        writing::a_delete_with_an_old_version_is_refused,
        writing::every_write_is_in_the_change_log_and_without_values,
        writing::a_resource_does_not_grow_without_end,
        listing::a_page_is_cut_before_it_is_too_large,
        listing::an_unfiltered_list_counts_without_the_deleted,
        listing::pages_follow_each_other,
        listing::the_index_follows_an_update,
        listing::filters_find_what_they_name,
        listing::missing_values_sort_last_then_first,
        groups::members_are_shown_with_type_reference_and_name,
        groups::relations_are_shown_in_part,
        groups::a_member_change_that_changes_nothing_leaves_the_version,
        groups::who_cannot_be_a_member_is_passed_over_if_wanted,
        groups::members_come_and_go_in_one_step,
        groups::a_member_that_is_not_there_refuses_the_whole_write,
        groups::groups_are_direct_and_indirect_and_cycles_are_harmless,
        groups::filters_find_groups_by_their_members,
        groups::a_deleted_member_leaves_its_groups,
        groups::what_a_client_calls_a_member_is_shown,
        tenancy::a_token_opens_its_own_tenant_only,
        tenancy::an_expired_token_opens_nothing,
        tenancy::a_deleted_token_opens_nothing,
        tenancy::the_same_name_in_two_tenants_is_two_people,
        tenancy::a_deleted_tenant_takes_everything_along,
        tokens::a_deactivated_persons_tokens_open_nothing,
        tokens::a_disabled_clients_tokens_open_nothing,
        tokens::a_suspended_tenants_tokens_open_nothing,
        tokens::a_refresh_token_is_used_once,
        tokens::a_proof_is_used_once,
        tokens::a_key_is_made_once,
        tokens::a_client_has_two_secrets_at_most,
        tokens::what_has_expired_is_swept,
        operating::a_change_of_settings_holds_for_the_next_call,
        operating::a_setting_that_is_set_to_what_it_is_changes_nothing,
        operating::what_the_operator_does_is_in_the_change_log,
        definitions::a_definition_holds_for_the_next_call,
        definitions::a_changed_type_is_found_by_its_new_form,
        definitions::resources_that_do_not_fit_are_counted,
        definitions::values_that_would_be_shared_are_counted,
        policies::each_upload_is_a_version_and_is_active,
        policies::an_earlier_version_can_be_active_again,
        policies::a_deleted_version_leaves_its_number,
        policies::of_many_versions_the_oldest_go,
        policies::policies_come_only_to_who_does_not_know_them,
        policies::people_and_groups_are_found_with_the_groups_they_are_in,
        policies::a_deleted_person_is_found_with_the_groups_to_come,
        policies::a_stranger_learns_nothing_of_policies,
        policies::clients_are_found_and_live_access_tokens_open_policies,
        retention::a_deleted_person_is_kept_only_if_the_tenant_wants_it,
        retention::a_restored_person_is_as_before,
        retention::a_person_whose_name_is_taken_is_not_restored,
        retention::whoever_is_not_kept_any_more_is_forgotten,
        retention::a_delegate_needs_a_live_token_and_its_settings,
    ];
    outcomes
}

async fn check<'s, D: Database>(
    store: &'s Store<D>,
    name: &'static str,
    case: impl AsyncFnOnce(Fixture<'s, D>) -> Result<()>,
) -> Outcome {
    let result = match Fixture::new(store, name).await {
        Ok(fixture) => case(fixture).await,
        Err(error) => Err(error),
    };
    Outcome {
        name,
        failure: result.err().map(|error| format!("{error:#}")),
    }
}
