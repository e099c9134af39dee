//! A port that takes a capability: bind(2) says of it what open(2) says of a closed file, and names no path.

use crate::engine::unit_view::UnitView;
use crate::model::{Cause, Diagnosis, ExecCommand, FailureFact, Ports, UnitFact};

/// What strerror(3) says of it, and the number by which most programs name it besides.
const WORDS: [&str; 3] = ["Permission denied", "permission denied", "EACCES"];
const EACCES: u16 = 13;
/// What a program says of what it was about to do.
const ACTS: [&str; 4] = ["bind", "Bind", "listen", "Listen"];
const CAPABILITY: &str = "cap_net_bind_service";

/// The port was denied: the program has said so, it is the only one that it can have meant, and what is loaded does not
/// give the unit the capability that it takes.
pub(super) fn privileged_port(seen: &UnitView, unit: &UnitFact, failure: &FailureFact) -> Option<Diagnosis> {
    let has = |words: &[&str]| failure.said.iter().any(|line| words.iter().any(|word| line.contains(word)));
    if !has(&WORDS) || !has(&ACTS) {
        return None;
    }
    let port = port(unit, failure).filter(|port| failure.free_ports_from.is_some_and(|first| *port < first))?;
    let (user, unit_name) = (unit.get("User"), seen.unit);
    let root = failure.identity.as_ref().is_some_and(|identity| identity.uid == Some(0));
    let list = if root { "CapabilityBoundingSet" } else { "AmbientCapabilities" };
    let who = match user {
        _ if root => "root",
        "" => "a user of its own",
        user => user,
    };
    if unit.list(list).contains(&CAPABILITY) {
        return None;
    }
    let first = failure.free_ports_from.unwrap_or_default();
    Some(Cause::PermissionDenied.because(format!(
            "{unit_name} is started as {who}, who may not listen on port {port} (\"Permission denied\"): a port below {first} \
             takes CAP_NET_BIND_SERVICE, which {list}= does not list."
        )).next_step(format!(
            "under [Service], {list}=CAP_NET_BIND_SERVICE; or a port above; then sudo systemctl daemon-reload && sudo \
             systemctl restart {unit_name}"
        )))
}

/// The port that the complaint names, else the command line, else the environment: the first of them that names one at
/// all, if it names only one.
fn port(unit: &UnitFact, failure: &FailureFact) -> Option<u16> {
    let denied =
        |line: &&str| WORDS.iter().any(|word| line.contains(word)) && ACTS.iter().any(|act| line.contains(act));
    let complaints: Vec<&str> = failure.said.iter().map(String::as_str).filter(denied).collect();
    let commands: Vec<&str> =
        ExecCommand::parse_all(unit.get("ExecStart")).into_iter().map(|command| command.argv).collect();
    let texts = [complaints.join(" "), commands.join(" "), unit.get("Environment").to_owned()];
    let sources = texts.iter().enumerate().flat_map(|(at, text)| {
        let Ports { named, mut possible } = Ports::of(text);
        // The error's own number, in a complaint.
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
    fn one_number_can_be_the_port() {
        for (said, argv, environment, found) in [
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
            let failure = FailureFact { said: vec![said.into()], ..FailureFact::default() };
            let command = format!("{{ path=/x ; argv[]={argv} ; ignore_errors=no ; start_time=[n/a] ; }}");
            let unit = unit(&[("ExecStart", &command), ("Environment", environment)]);
            assert_eq!(port(&unit, &failure), found, "{said} {argv}");
        }
    }
}
