//! A port that needs a capability. bind(2) fails with the error of a denied file, and the message names no path.

use crate::engine::unit_view::UnitView;
use crate::model::{Cause, Diagnosis, ExecCommand, FailureFact, Ports, UnitFact};

/// The text of strerror(3), and the error's name.
const DENIED: [&str; 3] = ["Permission denied", "permission denied", "EACCES"];
/// The error's number on Linux.
const EACCES: u16 = 13;
/// How programs name the call that failed.
const CALLS: [&str; 4] = ["bind", "Bind", "listen", "Listen"];
const CAPABILITY: &str = "cap_net_bind_service";

/// The program reported the error, only one port is possible, and the loaded unit lacks the capability for it.
pub(super) fn privileged_port(view: &UnitView, unit: &UnitFact, failure: &FailureFact) -> Option<Diagnosis> {
    let has = |words: &[&str]| failure.messages.iter().any(|line| words.iter().any(|word| line.contains(word)));
    if !has(&DENIED) || !has(&CALLS) {
        return None;
    }
    let first = failure.first_unprivileged_port?;
    let port = port(unit, failure).filter(|port| *port < first)?;
    let (user, unit_name) = (unit.get("User"), view.unit);
    let root = failure.identity.as_ref().is_some_and(|identity| identity.uid == Some(0));
    let list = if root { "CapabilityBoundingSet" } else { "AmbientCapabilities" };
    let started_as = match user {
        _ if root => "root",
        "" => "a dynamic user",
        user => user,
    };
    if unit.list(list).contains(&CAPABILITY) {
        return None;
    }
    Some(
        Cause::PermissionDenied
            .because(format!(
                "{unit_name} runs as {started_as} and may not listen on port {port} (\"Permission denied\"). A port below \
                 {first} needs CAP_NET_BIND_SERVICE, which {list}= does not list."
            ))
            .next_step(format!(
                "under [Service], set {list}=CAP_NET_BIND_SERVICE; or use a higher port; then sudo systemctl daemon-reload && \
                 sudo systemctl restart {unit_name}"
            )),
    )
}

/// The port in the message, else in the command line, else in the environment. None if the first of these with a number has
/// several.
fn port(unit: &UnitFact, failure: &FailureFact) -> Option<u16> {
    let denied =
        |line: &&str| DENIED.iter().any(|word| line.contains(word)) && CALLS.iter().any(|call| line.contains(call));
    let messages: Vec<&str> = failure.messages.iter().map(String::as_str).filter(denied).collect();
    let commands: Vec<&str> =
        ExecCommand::parse_all(unit.get("ExecStart")).into_iter().map(|command| command.argv).collect();
    let texts = [messages.join(" "), commands.join(" "), unit.get("Environment").to_owned()];
    let sources = texts.iter().enumerate().flat_map(|(at, text)| {
        let Ports { named, mut possible } = Ports::of(text);
        // In a message, 13 may be the number of the error.
        possible.retain(|port| at > 0 || *port != EACCES);
        [named, possible]
    });
    match sources.into_iter().find(|found| !found.is_empty())?[..] {
        [port] => Some(port),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::port;
    use crate::engine::testbed::unit;
    use crate::model::FailureFact;

    #[test]
    fn the_port_is_found_if_only_one_number_can_be_it() {
        for (message, argv, environment, found) in [
            ("listen tcp 0.0.0.0:80: bind: permission denied", "/x", "", Some(80)),
            ("nginx: [emerg] bind() to 0.0.0.0:443 failed (13: Permission denied)", "/x -p 80", "", Some(443)),
            (
                "[Errno 13] error while attempting to bind on address ('127.0.0.1', 81): permission denied",
                "/x",
                "",
                Some(81),
            ),
            ("Error: listen EACCES: permission denied 0.0.0.0:80", "/x", "", Some(80)),
            ("bind: Permission denied", "/usr/bin/python3 -m http.server 80 --bind 127.0.0.1", "PORT=1", Some(80)),
            ("bind: Permission denied", "/x", "PORT=82", Some(82)),
            ("bind: Permission denied", "/x --workers 4 --port 80", "", Some(80)),
            ("bind: Permission denied", "/x --workers 4 -p 80", "", None),
            ("bind: Permission denied", "/x", "", None),
        ] {
            let failure = FailureFact { messages: vec![message.into()], ..FailureFact::default() };
            let command = format!("{{ path=/x ; argv[]={argv} ; ignore_errors=no ; start_time=[n/a] ; }}");
            let unit = unit(&[("ExecStart", &command), ("Environment", environment)]);
            assert_eq!(port(&unit, &failure), found, "{message} {argv}");
        }
    }
}
