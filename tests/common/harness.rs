//! Runs tests that need something which a machine may lack. There they are reported as ignored, with the reason.
//!
//! A test is a function whose parameters say what it needs: `fn a_lab_starts(env: TestEnv)`. The list `tests!` of a module
//! names its tests; clippy reports a function that is missing in it as dead code.
#![allow(
    dead_code,
    unused_macros,
    unreachable_pub,
    reason = "a module of every test program, each of which uses the part it needs"
)]

use std::cell::RefCell;
use std::io::Write as _;
use std::panic::{PanicHookInfo, catch_unwind};
use std::process::ExitCode;
use std::sync::RwLock;

use libtest_mimic::{Arguments, Completion, Failed, Trial};
use unitlab::sandbox::Estate;

/// What a test takes as a parameter.
pub trait Needed {
    /// If this environment variable is set, a test fails where this is missing.
    const REQUIRED_IF: &str;

    /// Why this is missing here; `None` if it is not.
    fn obstacle() -> Option<String>;

    /// # Panics
    /// If there is an obstacle.
    fn provide() -> Self;
}

/// One test of a list.
pub struct Test {
    pub path: &'static str,
    pub obstacle: fn() -> Option<Obstacle>,
    pub run: fn(),
    /// Runs when no other test runs.
    pub alone: bool,
}

/// Why a test cannot run here.
pub struct Obstacle {
    reason: String,
    is_failure: bool,
}

fn obstacle<T: Needed>() -> Option<Obstacle> {
    let is_failure = std::env::var_os(T::REQUIRED_IF).is_some();
    T::obstacle().map(|reason| Obstacle { reason, is_failure })
}

/// A test function, by the types of its parameters.
pub trait Body<Parameters> {
    fn obstacle(&self) -> Option<Obstacle>;
    fn run(&self);
}

impl<F: Fn()> Body<()> for F {
    fn obstacle(&self) -> Option<Obstacle> {
        None
    }

    fn run(&self) {
        self();
    }
}

impl<F: Fn(A), A: Needed> Body<(A,)> for F {
    fn obstacle(&self) -> Option<Obstacle> {
        obstacle::<A>()
    }

    fn run(&self) {
        self(A::provide());
    }
}

impl<F: Fn(A, B), A: Needed, B: Needed> Body<(A, B)> for F {
    fn obstacle(&self) -> Option<Obstacle> {
        obstacle::<A>().or_else(obstacle::<B>)
    }

    fn run(&self) {
        self(A::provide(), B::provide());
    }
}

/// Lists the tests of a module, in the constant `TESTS`. A test with `#[alone]` runs when no other test runs, because it
/// uses or looks at the whole machine.
macro_rules! tests {
    ($($(#[$alone:ident])? $name:ident),* $(,)?) => {
        pub(crate) const TESTS: &[$crate::common::harness::Test] = &[
            $($crate::common::harness::Test {
                path: concat!(module_path!(), "::", stringify!($name)),
                obstacle: || $crate::common::harness::Body::obstacle(&$name),
                run: || $crate::common::harness::Body::run(&$name),
                alone: tests!(@is $($alone)?),
            },)*
        ];
    };
    (@is) => { false };
    (@is alone) => { true };
}

/// Runs the tests as libtest does, with its arguments. `threads` is how many run at a time, if the user does not say it.
pub fn run(threads: usize, modules: &[&'static [Test]]) -> ExitCode {
    let mut arguments = Arguments::from_args();
    let from_environment = || std::env::var("RUST_TEST_THREADS").ok()?.parse().ok();
    arguments.test_threads = arguments.test_threads.or_else(from_environment).or(Some(threads));
    // libtest-mimic prints no reason for a test with this flag. So a usual run ignores it by its result.
    let needs_flag = arguments.list || arguments.ignored || arguments.include_ignored;
    let print = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !keep_message(panic) || std::env::var_os("RUST_BACKTRACE").is_some() {
            print(panic);
        }
    }));
    let (alone, together): (Vec<&Test>, Vec<&Test>) = modules.iter().copied().flatten().partition(|test| test.alone);
    // The tests that run alone are the last, so that no thread waits for them.
    let trials = together.into_iter().chain(alone).map(|test| (test, trial(test, needs_flag)));
    let trials: Vec<(&Test, Trial)> = trials.collect();
    if !needs_flag {
        explain_ignored(trials.iter().filter(|(_, trial)| !arguments.is_filtered_out(trial)).map(|(test, _)| *test));
    }
    libtest_mimic::run(&arguments, trials.into_iter().map(|(_, trial)| trial).collect()).exit_code()
}

/// How many tests with sandboxes run at a time: more than there are cores, because they mostly wait. Each may have a
/// sandbox and a twin.
pub fn threads() -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let places = Estate::at(&std::env::temp_dir()).free_places();
    (4 * cores).min(places / 2).max(1)
}

/// Says once why tests are ignored, and how to run them.
fn explain_ignored<'a>(tests: impl Iterator<Item = &'a Test>) {
    let obstacles = tests.filter_map(|test| (test.obstacle)()).filter(|obstacle| !obstacle.is_failure);
    let mut reasons: Vec<String> = obstacles.map(|obstacle| obstacle.reason).collect();
    let count = reasons.len();
    reasons.sort();
    reasons.dedup();
    if count > 0 {
        let text = format!("{count} tests are ignored: {}. CONTRIBUTING.md says how to run them.", reasons.join("; "));
        let _ = writeln!(std::io::stderr(), "{text}");
    }
}

fn trial(test: &'static Test, needs_flag: bool) -> Trial {
    // Without the name of the test program, as libtest names it.
    let name = test.path.split_once("::").map_or(test.path, |(_, name)| name);
    let ignored = move || (test.obstacle)().filter(|obstacle| !obstacle.is_failure);
    if needs_flag {
        let is_ignored = ignored().is_some();
        return Trial::test(name, || run_one(test)).with_ignored_flag(is_ignored);
    }
    Trial::ignorable_test(name, move || match ignored() {
        Some(obstacle) => Ok(Completion::ignored_with(obstacle.reason)),
        None => run_one(test).map(|()| Completion::Completed),
    })
}

thread_local! {
    /// In a thread that runs a test: why the test failed, so far.
    static FAILURE: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// A test that runs alone writes; every other test reads.
static RUNNING: RwLock<()> = RwLock::new(());

fn run_one(test: &Test) -> Result<(), Failed> {
    // The lock is never poisoned, because it holds no panic.
    let (_alone, _together) = if test.alone { (RUNNING.write().ok(), None) } else { (None, RUNNING.read().ok()) };
    FAILURE.set(Some(String::new()));
    let outcome = catch_unwind(test.run);
    let failure = FAILURE.take().unwrap_or_default();
    outcome.map_err(|_| failure.into())
}

/// Keeps the first panic of a test, because the list of failures at the end shows it. Returns whether it was kept.
fn keep_message(panic: &PanicHookInfo<'_>) -> bool {
    FAILURE.with_borrow_mut(|failure| match failure {
        Some(text) if text.is_empty() => {
            *text = panic.to_string();
            true
        }
        _ => false,
    })
}
