//! What systemd really does at the edges, and the verdict that a grader owes the learner for it: each truth is shown on
//! a real systemd, judged by the real engine, and is a test of its own by its number.
//!
//! All truths share one sandbox and its twin, each with units of its own in it, so that they take seconds together.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod at_boot;
#[path = "../common/mod.rs"]
mod common;
mod files;
mod life;
mod restart;
mod row;
mod who;
mod world;

use unitlab::model::{Fact, Question};
use world::{answer, holds};

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
}

/// Truth 20 again: what has been up for longer than the window needs no second look.
#[test]
fn truth_20_an_uptime_answers_without_waiting() {
    let question = Question::Steady { unit: "t20-steady.service".into(), window_ms: 1 };
    match answer(&question) {
        Some(Fact::Steady(fact)) => assert_eq!((fact.watched_ms, &fact.before), (0, &fact.after)),
        Some(other) => panic!("{other:?}"),
        None => {}
    }
}
