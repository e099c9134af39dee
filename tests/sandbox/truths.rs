//! Special cases of systemd, each set up on a real systemd and judged by the engine. The numbers are those of
//! `docs/verdicts.md`, and each number is one test.
//!
//! The cases have different units in the same two sandboxes and their twins, so all tests together take seconds.

mod active;
mod at_boot;
mod files;
mod next_boot;
mod restart;
mod row;
mod runs_as;
mod sandbox_run;
mod staying_up;
mod user_and_network;

use crate::common::CanBoot;
use sandbox_run::{assert_case, stability};
use unitlab::model::StabilityQuestion;

macro_rules! truths {
    ($($name:ident = $number:literal),+ $(,)?) => {
        tests! { $($name,)+ truth_20_a_long_uptime_needs_no_waiting }

        $(fn $name(_: CanBoot) {
            assert_case($number);
        })+
    };
}

truths! {
    truth_01_uid_0_is_root_under_any_name = 1,
    truth_02_an_empty_user_in_a_drop_in_resets_user = 2,
    truth_03_a_prefix_overrides_user = 3,
    truth_04_a_dynamic_user_is_not_root_unless_user_is_root = 4,
    truth_05_a_program_may_give_up_root_by_itself = 5,
    truth_06_a_trailing_comment_and_quotes_become_part_of_the_user = 6,
    truth_07_start_succeeds_with_an_unknown_user = 7,
    truth_08_numbers_and_specifiers_name_users = 8,
    truth_09_a_reload_does_not_restart_a_process = 9,
    truth_10_every_process_counts = 10,
    truth_11_a_misspelt_restart_line_leaves_restart_no = 11,
    truth_12_an_empty_restart_does_not_reset_it = 12,
    truth_13_the_policy_decides_which_signals_lead_to_a_restart = 13,
    truth_14_a_service_can_come_back_with_restart_no = 14,
    truth_15_time_spans_are_compared_by_value = 15,
    truth_16_a_oneshot_service_does_not_allow_restart_always = 16,
    truth_17_a_stopped_service_is_not_restarted = 17,
    truth_18_a_restart_counts_against_the_start_limit = 18,
    truth_19_a_crash_loop_ends_with_different_results = 19,
    truth_20_one_sample_does_not_show_a_crash_loop = 20,
    truth_21_the_restart_counter_is_reset = 21,
    truth_22_a_restart_passes_through_inactive = 22,
    truth_23_active_does_not_mean_running = 23,
    truth_24_start_succeeds_although_the_service_does_not_run = 24,
    truth_25_a_missing_unit_fails = 25,
    truth_26_a_target_that_no_boot_reaches_does_not_start_it = 26,
    truth_27_an_alias_and_a_runtime_link_do_not_start_it_at_boot = 27,
    truth_28_is_enabled_succeeds_for_units_that_no_boot_starts = 28,
    truth_29_a_link_made_by_hand_enables_and_a_copy_does_not = 29,
    truth_30_a_unit_can_be_masked_and_active = 30,
    truth_31_the_order_of_directories_decides_which_file_counts = 31,
    truth_32_need_daemon_reload_misses_some_changes = 32,
    truth_33_two_commands_need_a_reset_between_them = 33,
    truth_34_systemd_accepts_unusual_formatting = 34,
    truth_35_unit_names_are_not_patterns = 35,
    truth_36_the_state_is_read_before_the_get_starts_the_service = 36,
    truth_37_an_answer_from_another_process_does_not_count = 37,
    truth_38_restart_prevent_exit_status_overrides_restart = 38,
    truth_39_success_exit_status_makes_a_kill_a_clean_exit = 39,
    truth_40_a_second_start_can_fail = 40,
    truth_41_start_limits_belong_in_the_unit_section = 41,
    truth_42_remain_after_exit_stays_active_without_a_process = 42,
    truth_43_an_ignored_failure_has_result_success = 43,
    truth_44_a_wrong_type_keeps_a_service_starting = 44,
    truth_45_a_daemon_needs_type_forking = 45,
    truth_46_types_idle_and_exec_run_the_same_program = 46,
    truth_47_a_command_line_is_not_a_shell_line = 47,
    truth_48_a_failed_pre_or_post_command_fails_the_start = 48,
    truth_49_a_dash_allows_a_missing_directory_or_file = 49,
    truth_50_a_program_can_be_hidden_from_its_service = 50,
    truth_51_runtime_limit_and_watchdog_stop_a_service = 51,
    truth_52_stop_when_unneeded_stops_a_service = 52,
    truth_53_a_condition_on_a_file_in_run_is_not_met_after_a_boot = 53,
    truth_54_an_assertion_on_a_file_in_run_fails_after_a_boot = 54,
    truth_55_a_working_directory_in_run_is_missing_after_a_boot = 55,
    truth_56_a_program_in_run_is_missing_after_a_boot = 56,
    truth_57_a_missing_required_unit_prevents_a_start = 57,
    truth_58_requisite_needs_an_active_unit = 58,
    truth_59_a_conflict_with_the_boot_target_keeps_it_down = 59,
    truth_60_unusual_dependencies_survive_a_reboot = 60,
    truth_61_other_targets_than_multi_user_start_it = 61,
    truth_62_a_custom_target_starts_it_if_the_boot_reaches_it = 62,
    truth_63_a_target_can_want_or_uphold_it = 63,
    truth_64_an_install_section_can_be_in_a_drop_in_or_a_template = 64,
    truth_65_a_linked_unit_file_can_be_enabled = 65,
    truth_66_a_service_keeps_running_without_its_file = 66,
    truth_67_prefix_drop_ins_count_and_other_suffixes_do_not = 67,
    truth_68_dynamic_and_private_users_are_judged_by_uid = 68,
    truth_69_a_process_left_from_an_earlier_run_counts = 69,
    truth_70_groups_and_capabilities_do_not_make_root = 70,
    truth_71_a_private_network_hides_a_port = 71,
    truth_72_a_service_may_need_time_to_listen = 72,
    truth_73_a_start_after_a_failure_is_a_crash_loop = 73,
}

/// A service that has been up for longer than the window needs no second sample.
fn truth_20_a_long_uptime_needs_no_waiting(_: CanBoot) {
    let question = StabilityQuestion { unit: "t20-stable.service".into(), window_ms: 1 };
    let fact = stability(&question);
    assert_eq!((fact.watched_ms, &fact.before), (0, &fact.after));
}
