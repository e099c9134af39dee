//! The causes that a report can name: the id of each, and the chapter that explains it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Declares `Cause`: one row for each variant, with its id and its chapter.
macro_rules! causes {
    ($($variant:ident $id:literal $chapter:tt;)+) => {
        /// Why a check failed. docs/diagnoses.md describes each cause.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        pub enum Cause {
            $(#[serde(rename = $id)] $variant,)+
        }

        impl Cause {
            /// Every cause, sorted by id.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// The id in reports and in case files: `needs-daemon-reload`.
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self {
                    $(Self::$variant => $id,)+
                }
            }

            /// The id of the chapter that explains it, if one does.
            #[must_use]
            pub const fn lesson(self) -> Option<&'static str> {
                match self {
                    $(Self::$variant => causes!(@chapter $chapter),)+
                }
            }
        }
    };
    (@chapter none) => { None };
    (@chapter $chapter:literal) => { Some($chapter) };
}

causes! {
    AccountCanLogIn "account-can-log-in" "least-privilege";
    AccountInGroup "account-in-group" "least-privilege";
    AccountIsNobody "account-is-nobody" "least-privilege";
    AccountIsShared "account-is-shared" "least-privilege";
    AccountOfAPerson "account-of-a-person" "least-privilege";
    AddressInUse "address-in-use" "process-and-service";
    AliasOnly "alias-only" "unit-file-sections";
    BadSetting "bad-setting" "unit-file-sections";
    BadValue "bad-value" "unit-file-sections";
    BootLeavesItDown "boot-leaves-it-down" "unit-file-sections";
    Chdir "chdir" "own-service";
    ConditionNotMet "condition-not-met" "service-states";
    CouldNotTell "could-not-tell" none;
    CrashLoop "crash-loop" "reliability";
    EditedTheWrongCopy "edited-the-wrong-copy" "unit-file-sections";
    EnablesAnotherUnit "enables-another-unit" "unit-file-sections";
    EndedByItself "ended-by-itself" "service-states";
    EnvironmentAssumed "environment-assumed" "own-service";
    ExecBadInterpreter "exec-bad-interpreter" "own-service";
    ExecFailed "exec-failed" "own-service";
    ExecFormat "exec-format" "own-service";
    ExecMissing "exec-missing" "own-service";
    ExecNotExecutable "exec-not-executable" "own-service";
    ForkingWithoutPidfile "forking-without-pidfile" "own-service";
    GoneAfterReboot "gone-after-reboot" "unit-file-sections";
    GroupUnknown "group-unknown" "least-privilege";
    HomeProtected "home-protected" "least-privilege";
    InlineComment "inline-comment" "unit-file-sections";
    LinkedNotEnabled "linked-not-enabled" "unit-file-sections";
    ListensForEverybody "listens-for-everybody" "own-service";
    ListensOnLoopbackOnly "listens-on-loopback-only" "own-service";
    Masked "masked" "systemctl";
    MonthsNotMinutes "months-not-minutes" "reliability";
    Namespace "namespace" "least-privilege";
    NeedsDaemonReload "needs-daemon-reload" "systemctl";
    NeedsReenable "needs-reenable" "unit-file-sections";
    NeedsRestart "needs-restart" "systemctl";
    NoAutoRestart "no-auto-restart" "reliability";
    NoInstallSection "no-install-section" "unit-file-sections";
    NotEnabled "not-enabled" "unit-file-sections";
    NotStarted "not-started" "systemctl";
    NotifyNeverReady "notify-never-ready" "service-states";
    OneshotWithRestart "oneshot-with-restart" "unit-file-sections";
    OrderingCycle "ordering-cycle" "what-systemd-is";
    OrphanAnswersThePort "orphan-answers-the-port" "process-and-service";
    OutputNotInJournal "output-not-in-journal" "own-service";
    OverriddenByDropIn "overridden-by-drop-in" "unit-file-sections";
    PermissionDenied "permission-denied" "least-privilege";
    PrivateNetwork "private-network" "least-privilege";
    QuotedValue "quoted-value" "unit-file-sections";
    ReadOnlyPath "read-only-path" "least-privilege";
    RestartNever "restart-never" "reliability";
    RunsAsRoot "runs-as-root" "least-privilege";
    RuntimeOnly "runtime-only" "unit-file-sections";
    ServiceCanWrite "service-can-write" "least-privilege";
    ShellSyntax "shell-syntax" "own-service";
    SocketUnitHoldsThePort "socket-unit-holds-the-port" "own-service";
    StartLimitHit "start-limit-hit" "reliability";
    StartLimitTooTight "start-limit-too-tight" "reliability";
    UnknownKey "unknown-key" "unit-file-sections";
    UserUnknown "user-unknown" "least-privilege";
    WaitsForReady "waits-for-ready" "service-states";
    WantedByIdleTarget "wanted-by-idle-target" "unit-file-sections";
    WantedByUnknownTarget "wanted-by-unknown-target" "unit-file-sections";
    WrongSection "wrong-section" "unit-file-sections";
    ZeroByteUnit "zero-byte-unit" "unit-file-sections";
}

impl Cause {
    #[must_use]
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|cause| cause.id() == id)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

#[cfg(test)]
mod tests {
    use super::Cause;

    #[test]
    fn causes_are_sorted_and_unique() {
        assert!(Cause::ALL.is_sorted_by(|one, next| one.id() < next.id()));
    }

    #[test]
    fn an_id_reads_back_as_its_cause() {
        for cause in Cause::ALL {
            assert_eq!(Cause::from_id(cause.id()), Some(*cause));
            let json = serde_json::to_string(cause).unwrap();
            assert_eq!(json, format!("{:?}", cause.id()));
            assert_eq!(serde_json::from_str::<Cause>(&json).unwrap(), *cause);
        }
        assert_eq!(Cause::from_id("made-up"), None);
    }

    #[test]
    fn every_cause_has_one_row_in_the_manual() {
        let manual = include_str!("../../docs/diagnoses.md");
        let rows: Vec<&str> = manual.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
        let mut sorted = rows.clone();
        sorted.sort_unstable();
        let ids: Vec<&str> = Cause::ALL.iter().map(|cause| cause.id()).collect();
        assert_eq!(sorted, ids, "docs/diagnoses.md has one row for each cause");
    }
}
