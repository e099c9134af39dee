//! What systemd really does at the edges, and the verdict that a grader owes the learner for it: each truth is shown on
//! a real systemd, judged by the real engine, and is a test of its own by its number.
//!
//! All truths share one sandbox and its twin, each with units of its own in it, so that they take seconds together.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod active;
mod at_boot;
#[path = "../common/mod.rs"]
mod common;
mod files;
mod next_boot;
mod restart;
mod row;
mod runs_as;
mod sandbox_run;
mod staying_up;
mod user_and_network;

use sandbox_run::{holds, stability};
use unitlab::model::StabilityQuestion;

macro_rules! truths {
    ($($name:ident = $number:literal),+ $(,)?) => {
        $(#[test]
        fn $name() {
            holds($number);
        })+
    };
}

truths! {
    truth_01_a_uid_of_0_is_root_under_any_name = 1,
    truth_02_an_empty_user_in_a_drop_in_resets_it = 2,
    truth_03_a_prefix_is_stronger_than_user = 3,
    truth_04_a_dynamic_user_is_not_root_unless_it_is_named_so = 4,
    truth_05_a_program_may_give_up_root_by_itself = 5,
    truth_06_a_comment_owns_its_line_and_quotes_are_kept = 6,
    truth_07_start_is_content_with_an_unknown_user = 7,
    truth_08_numbers_and_specifiers_are_users = 8,
    truth_09_a_reload_is_no_restart = 9,
    truth_10_every_process_counts = 10,
    truth_11_what_looks_like_always_is_no = 11,
    truth_12_empty_does_not_reset_restart = 12,
    truth_13_a_signal_brings_back_some_policies = 13,
    truth_14_it_comes_back_and_the_setting_is_wrong = 14,
    truth_15_time_spans_by_value = 15,
    truth_16_a_oneshot_may_not_always_restart = 16,
    truth_17_a_stop_is_respected = 17,
    truth_18_a_kill_spends_the_start_limit = 18,
    truth_19_a_crash_loop_ends_in_more_than_one_word = 19,
    truth_20_one_look_does_not_see_a_crash_loop = 20,
    truth_21_the_counter_of_restarts_forgets = 21,
    truth_22_a_restart_passes_through_inactive = 22,
    truth_23_active_is_not_running = 23,
    truth_24_start_is_content_too_early = 24,
    truth_25_is_active_of_a_missing_unit = 25,
    truth_26_enabled_for_a_target_that_no_boot_reaches = 26,
    truth_27_an_alias_and_a_runtime_link_start_nothing = 27,
    truth_28_what_is_enabled_calls_a_success = 28,
    truth_29_a_link_by_hand_counts_and_a_copy_does_not = 29,
    truth_30_masked_and_active_at_once = 30,
    truth_31_which_file_counts = 31,
    truth_32_the_manager_does_not_know_that_it_is_behind = 32,
    truth_33_two_commands_without_a_reset = 33,
    truth_34_how_a_file_may_look = 34,
    truth_35_names_are_data = 35,
    truth_36_a_socket_is_looked_at_before_it_is_asked = 36,
    truth_37_that_something_answers_is_no_proof = 37,
    truth_38_an_exception_to_always = 38,
    truth_39_a_kill_may_be_a_success = 39,
    truth_40_the_second_start_is_another = 40,
    truth_41_a_limit_belongs_into_unit = 41,
    truth_42_it_remains_and_nobody_works = 42,
    truth_43_a_failure_that_is_called_a_success = 43,
    truth_44_a_start_that_never_ends = 44,
    truth_45_a_daemon_needs_to_be_told_of = 45,
    truth_46_types_that_are_as_good = 46,
    truth_47_there_is_no_shell = 47,
    truth_48_what_runs_before_and_after = 48,
    truth_49_what_may_be_missing = 49,
    truth_50_a_program_that_the_service_cannot_see = 50,
    truth_51_a_clock_ends_it = 51,
    truth_52_nobody_needs_it = 52,
    truth_53_a_condition_on_what_a_boot_sweeps_away = 53,
    truth_54_an_assertion_on_what_a_boot_sweeps_away = 54,
    truth_55_a_folder_that_a_boot_sweeps_away = 55,
    truth_56_a_program_that_a_boot_sweeps_away = 56,
    truth_57_what_it_requires_is_missing = 57,
    truth_58_what_it_asks_for_is_not_up = 58,
    truth_59_it_is_at_odds_with_the_boot = 59,
    truth_60_odd_and_it_survives = 60,
    truth_61_other_words_than_wanted_by_multi_user = 61,
    truth_62_by_way_of_a_target_of_its_own = 62,
    truth_63_the_other_side_asks_for_it = 63,
    truth_64_install_in_other_places = 64,
    truth_65_unit_files_in_other_places = 65,
    truth_66_a_deleted_file_runs_on = 66,
    truth_67_drop_ins_that_count_and_that_do_not = 67,
    truth_68_dynamic_and_private_users = 68,
    truth_69_who_is_left_behind = 69,
    truth_70_groups_and_capabilities = 70,
    truth_71_walls_around_a_port = 71,
    truth_72_a_slow_start_is_no_failure = 72,
    truth_73_a_start_after_a_death_is_a_loop = 73,
}

/// Truth 20 again: what has been up for longer than the window needs no second look.
#[test]
fn truth_20_an_uptime_answers_without_waiting() {
    let question = StabilityQuestion { unit: "t20-steady.service".into(), window_ms: 1 };
    if let Some(fact) = stability(&question) {
        assert_eq!((fact.watched_ms, &fact.before), (0, &fact.after));
    }
}
