//! Commands: run, changed, stopped, run again, and without a sandbox.

use super::play::{Play, opened, run};
use crate::engine::session::{Action, Deed, Event, Key, Mode, Outcome, Past, Sandbox};

fn ran(block: &str) -> Action {
    Action::Remember(Deed::Ran { chapter: "one".into(), block: block.into() })
}

fn up() -> Event {
    Event::Sandbox(Sandbox::Up { systemd: "257".into() })
}

fn impossible() -> Sandbox {
    Sandbox::Impossible { why: "no root".into() }
}

impl Play {
    fn outcome(&self, block: &str) -> &Outcome {
        self.state.outcome(&self.tutorial, block).expect("it has run")
    }
}

#[test]
fn a_command_runs_prints_and_ends() {
    let mut play = Play::of(0, 0, Past::default(), Sandbox::None);
    assert_eq!(play.in_hand(), Some("a"));
    play.hears(Event::Sandbox(Sandbox::Booting));
    // It may be wanted before the sandbox is there: whoever runs it waits.
    play.press(Key::Enter);
    assert_eq!(play.did, [run(&[], "a", "echo a")]);
    play.hears(up());
    play.hears(Event::Printed("a".into()));
    play.hears(Event::Printed("\n".into()));
    assert_eq!((play.outcome("a").output.as_str(), play.outcome("a").ended), ("a\n", false));
    for key in [Key::Enter, Key::Char('e'), Key::Char('r')] {
        play.press(key);
        assert_eq!(play.did, [], "one at a time");
    }
    play.press(Key::Enter);
    assert_eq!(play.state.notice, "a command is running; Ctrl-C stops it");
    play.hears(Event::Ended(Some(3)));
    assert_eq!(play.did, [ran("a")]);
    assert_eq!((play.outcome("a").ended, play.outcome("a").code), (true, Some(3)));
    play.press(Key::Enter);
    assert_eq!(play.in_hand(), Some("b"), "Enter goes on to the next one");
}

#[test]
fn what_a_command_needs_runs_before_it_once_in_each_sandbox() {
    let mut play = Play::at(0);
    play.press(Key::Tab);
    assert_eq!(play.in_hand(), Some("b"));
    assert_eq!(play.runs(Key::Enter, "b"), run(&["a"], "b", "echo b"));
    assert_eq!(play.runs(Key::Char('r'), "b"), run(&[], "b", "echo b"), "its need was met");
    assert_eq!(play.outcome("b").output, "b", "the last run is the one that is shown");
    // On another page, what needs the one that needs it needs nothing more.
    play.types("nn1");
    assert_eq!(play.did[1], run(&[], "g", "echo g"));
    play.hears(Event::Ended(Some(0)));
    // A fresh sandbox: all over again.
    play.types("Ry");
    play.hears(Event::Sandbox(Sandbox::Booting));
    play.hears(up());
    play.press(Key::Tab);
    assert_eq!(play.runs(Key::Enter, "b"), run(&["a"], "b", "echo b"));
    // So it is after a visit to another chapter.
    play.state.page = 4;
    play.types("np");
    assert_eq!(play.did[1], Action::Prepare { chapter: 0 });
    play.types("pp1");
    assert_eq!(play.did[1], run(&["a", "b"], "g", "echo g"), "what is needed by what is needed comes first");
}

#[test]
fn what_was_changed_or_stopped_has_not_run() {
    let mut play = Play::at(0);
    play.press(Key::Char('e')).types(" twice");
    assert_eq!(play.runs(Key::Enter, "a twice"), run(&[], "a", "echo a twice"));
    play.press(Key::Tab);
    assert_eq!(play.runs(Key::Enter, ""), run(&["a"], "b", "echo b"), "the command of its own has not run");
    // A change begins with what ran last; an own command comes back with r.
    play.press(Key::BackTab).press(Key::Char('e'));
    assert!(matches!(&play.state.mode, Mode::Typing { entry, .. } if entry.text() == "echo a twice"));
    play.press(Key::Escape);
    assert_eq!(play.runs(Key::Char('r'), "a"), run(&[], "a", "echo a"));
    // An empty line runs nothing.
    play.press(Key::Char('e')).press(Key::Ctrl('u')).press(Key::Enter);
    assert_eq!((play.did.len(), play.reads()), (0, true));

    let mut play = Play::at(0);
    play.press(Key::Enter).press(Key::Ctrl('c'));
    assert_eq!(play.did, [Action::Stop]);
    play.hears(Event::Ended(None));
    assert_eq!((play.outcome("a").ended, play.outcome("a").code), (true, None));
    play.press(Key::Tab).press(Key::Enter);
    assert_eq!(play.did, [run(&["a"], "b", "echo b")]);
    play.hears(Event::Ended(Some(0)));
    play.press(Key::Ctrl('c'));
    assert_eq!(play.did, [Action::Quit], "at rest, Ctrl-C leaves");
}

#[test]
fn without_a_sandbox_there_is_what_was_recorded() {
    let mut play = Play::of(0, 0, Past::default(), impossible());
    play.press(Key::Enter);
    assert_eq!(play.did, [], "nothing is run, nothing remembered as run");
    assert!(play.outcome("a").recorded && play.outcome("a").ended);
    assert_eq!(play.outcome("a").output, "as it was\n");
    play.press(Key::Enter).press(Key::Enter);
    assert_eq!((play.outcome("b").output.as_str(), play.outcome("b").recorded), ("", true), "nothing was recorded");
    // It goes on, also where a command answers a question.
    play.types("nn1");
    assert!(play.outcome("g").recorded);
    assert!(!play.did.iter().any(|action| matches!(action, Action::Run { .. })));
    // What was changed cannot be in any record.
    play.types("ppe").types("!").press(Key::Enter);
    assert_eq!(play.outcome("a").run, "echo a");
    // In the next chapter there may be one.
    play.state.page = 4;
    play.press(Key::Char('n'));
    assert!(play.did.contains(&Action::Prepare { chapter: 1 }));
}

#[test]
fn a_sandbox_that_goes_away_leaves_a_record_or_what_was_seen() {
    for sandbox in [impossible(), Sandbox::Locked] {
        let mut play = Play::of(0, 0, Past::default(), Sandbox::Booting);
        play.press(Key::Enter);
        play.hears(Event::Sandbox(sandbox.clone()));
        assert_eq!((play.outcome("a").output.as_str(), play.outcome("a").recorded), ("as it was\n", true));
        play.hears(Event::Printed("late".into()));
        play.hears(Event::Ended(Some(0)));
        assert_eq!(play.outcome("a").output, "as it was\n");
        assert_eq!(play.did, []);

        let mut play = Play::at(0);
        play.press(Key::Enter);
        play.hears(Event::Printed("begun".into()));
        play.hears(Event::Sandbox(sandbox));
        let outcome = play.outcome("a");
        assert_eq!((outcome.output.as_str(), outcome.recorded, outcome.ended), ("begun", false, true));
        assert_eq!(play.state.running, None);
    }
}

#[test]
fn what_comes_late_belongs_to_the_page_that_was_left() {
    let mut play = Play::at(0);
    play.press(Key::Enter);
    play.press(Key::Char('n')).press(Key::End);
    let scroll = play.state.scroll;
    play.hears(Event::Printed("late".into()));
    play.hears(Event::Ended(Some(0)));
    assert_eq!((play.state.scroll, play.in_hand()), (scroll, Some("q")), "the page that is read stays where it is");
    assert_eq!(play.outcome("a").output, "late");
    // Output of nothing that runs is nobody's.
    play.hears(Event::Printed("?".into()));
    play.hears(Event::Ended(Some(0)));
    assert_eq!((play.state.outcomes.len(), play.did.len()), (1, 0));

    // To another chapter: the command is stopped before its sandbox goes.
    let mut play = Play::at(4);
    play.press(Key::Home).types("pppp").press(Key::Enter);
    play.state.page = 4;
    play.press(Key::Char('n'));
    assert_eq!(play.did, [opened("two", "prose", false), Action::Stop, Action::Prepare { chapter: 1 }]);
    play.hears(Event::Ended(None));
    play.hears(Event::Sandbox(Sandbox::Booting));
    play.hears(up());
    play.press(Key::Char('n'));
    assert!(matches!(play.runs(Key::Enter, "z"), Action::Run { chapter: 1, .. }));

    // The chapter begun anew below a command: it leaves nothing behind.
    let mut play = Play::at(0);
    play.press(Key::Enter).types("Ry");
    assert_eq!(play.did[1..3], [Action::Stop, Action::Prepare { chapter: 0 }]);
    play.hears(Event::Printed("late".into()));
    play.hears(Event::Ended(None));
    assert_eq!((play.state.outcomes.len(), play.in_hand(), play.did.len()), (0, Some("a"), 0));
}

#[test]
fn output_is_followed_while_its_end_is_watched() {
    let mut play = Play::at(0);
    play.rows_of_a_block = 8;
    play.lay();
    play.press(Key::Enter);
    assert_eq!(play.state.scroll, 6, "the block in hand, 8 to 16, is in the window of 10");
    play.rows_of_a_block = 30;
    play.hears(Event::Printed("much".into()));
    assert_eq!(play.state.scroll, 50, "its end is at 60");
    play.press(Key::PageUp);
    let scroll = play.state.scroll;
    play.rows_of_a_block = 31;
    play.hears(Event::Printed("more".into()));
    assert_eq!(play.state.scroll, scroll, "who looks elsewhere is left there");
    play.press(Key::End).press(Key::Up);
    play.state.scroll = 52;
    play.hears(Event::Ended(Some(0)));
    assert_eq!(play.state.scroll, 31, "once it is all there, it is read from its beginning");
    play.press(Key::Char('r'));
    play.hears(Event::Printed("x".repeat(1 << 20)));
    play.hears(Event::Printed("世".repeat(1 << 20)));
    assert_eq!(play.outcome("a").output.len(), 64 << 10, "only so much is kept");
}
