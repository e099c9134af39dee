//! Numbers in messages and command lines that may be ports. They are candidates, not proof.

use std::net::IpAddr;

/// How programs report EADDRINUSE of bind(2): by text, name or number.
const IN_USE: [&str; 4] = ["Address already in use", "address already in use", "EADDRINUSE", "Errno 98"];

#[must_use]
pub fn is_address_in_use(line: &str) -> bool {
    IN_USE.iter().any(|words| line.contains(words))
}

/// The possible ports in a text, without duplicates.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Ports {
    /// Written as ports: `127.0.0.1:80`, `:80`, `port 80`, `PORT=80`.
    pub named: Vec<u16>,
    /// Plain numbers, as in `http.server 80`. The 3 of `python3` and parts of dates, times and addresses do not count.
    pub possible: Vec<u16>,
}

impl Ports {
    #[must_use]
    pub fn of(text: &str) -> Self {
        let mut ports = Self::default();
        let mut before = "";
        for word in text.split(|c: char| c.is_whitespace() || "()[]{}<>'\"`=".contains(c)) {
            let word = word.trim_start_matches([',', ';']).trim_end_matches([',', ';', '.', ':', '!']);
            let (found, list) = match (after_host(word), number(word)) {
                (Some(port), _) => (port, &mut ports.named),
                (None, Some(port)) if is_port(before) => (port, &mut ports.named),
                (None, Some(port)) => (port, &mut ports.possible),
                (None, None) => (0, &mut ports.possible),
            };
            if found > 0 && !list.contains(&found) {
                list.push(found);
            }
            if !word.is_empty() {
                before = word;
            }
        }
        ports
    }

    #[must_use]
    pub fn all(self) -> Vec<u16> {
        [self.named, self.possible].concat()
    }
}

/// `host:80`, `:80`, `*:80`, `tcp://host:80/path`; but not `10:15` or `main.c:80`.
fn after_host(word: &str) -> Option<u16> {
    let word = word.split_once("://").map_or(word, |(_, rest)| rest.split('/').next().unwrap_or_default());
    let (host, port) = word.rsplit_once(':')?;
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_time = digits(host) && host.len() == 2 && port.len() == 2;
    let is_host = host.is_empty()
        || host == "*"
        || host.chars().all(char::is_alphabetic)
        || digits(host) && !is_time
        || host.parse::<IpAddr>().is_ok();
    number(port).filter(|_| is_host)
}

/// Only digits, or `80/tcp`.
fn number(word: &str) -> Option<u16> {
    let word = ["/tcp", "/udp"].iter().find_map(|protocol| word.strip_suffix(protocol)).unwrap_or(word);
    word.parse().ok().filter(|_| word.bytes().all(|byte| byte.is_ascii_digit()))
}

/// `port`, `--port`, `HTTP_PORT`, but not `report`.
fn is_port(word: &str) -> bool {
    let last = word.rsplit(|c: char| !c.is_alphanumeric()).next();
    last.is_some_and(|last| last.eq_ignore_ascii_case("port"))
}

#[cfg(test)]
mod tests {
    use super::Ports;

    #[test]
    fn ports_are_found_among_other_numbers() {
        for (text, named, possible) in [
            ("/usr/bin/python3 -m http.server 8000 --bind=127.0.0.1:81 x9 70000 0", &[81][..], &[8000][..]),
            ("2026/11/22 10:15:53 listen tcp :8080: bind: address already in use", &[8080], &[]),
            ("2026-11-22 10:15:53,123 ERROR bind 0.0.0.0:80", &[80], &[]),
            ("10:15 22/Nov/2026:10:15:53 main.go:22: bind", &[], &[]),
            ("nginx: [emerg] 7#7: bind() to 0.0.0.0:443 failed (98: Address already in use)", &[443], &[98]),
            ("Error: listen EADDRINUSE: address already in use :::3000", &[3000], &[]),
            ("[Errno 98] error while attempting to bind on address ('127.0.0.1', 81): in use", &[], &[98, 81]),
            ("Port 8000 is in use", &[8000], &[]),
            ("-w 4 -b [::]:8001 --port 22 --report 5 --http-port=23 HTTP_PORT=24", &[8001, 22, 23, 24], &[4, 5]),
            ("tcp://0.0.0.0:9000/x http://localhost:9001. *:9002, 53/udp", &[9000, 9001, 9002], &[53]),
            ("+80 -80 :+80 8080:80", &[80], &[]),
            ("", &[], &[]),
        ] {
            let found = Ports::of(text);
            assert_eq!((&found.named[..], &found.possible[..]), (named, possible), "{text}");
        }
    }
}
