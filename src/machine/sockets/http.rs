//! Sends one GET over loopback, bounded in time and bytes.
//!
//! Client libraries keep a deadline with a second thread, and a process that has entered another PID namespace cannot
//! start one.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use crate::model::{HttpOutcome, Unknown};

use crate::machine::unknown::unknown_with_remedy;

/// Longest time from connecting to the last byte.
const TIMEOUT: Duration = Duration::from_secs(2);
/// Bytes of header and body together.
const MAX_BYTES: usize = 64 << 10;
const MAX_HEADERS: usize = 128;

/// GETs a path on 127.0.0.1.
pub(crate) fn get(port: u16, path: &str) -> Result<HttpOutcome, Unknown> {
    if !path.starts_with('/') || !path.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(unknown_with_remedy(
            format!("{path:?} is not an HTTP path"),
            "begin it with / and percent-encode the rest",
        ));
    }
    let mut received = Vec::new();
    let result = exchange(port, path, &mut received);
    Ok(outcome(&received, result.err().as_ref()))
}

fn exchange(port: u16, path: &str, received: &mut Vec<u8>) -> io::Result<()> {
    let deadline = Instant::now() + TIMEOUT;
    let left = || deadline.checked_duration_since(Instant::now()).ok_or(io::Error::from(io::ErrorKind::TimedOut));
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    let mut stream = TcpStream::connect_timeout(&address, left()?)?;
    stream.set_write_timeout(Some(left()?))?;
    let agent = concat!("unitlab/", env!("CARGO_PKG_VERSION"));
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: {agent}\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(request.as_bytes())?;
    let mut chunk = [0; 8 << 10];
    while received.len() < MAX_BYTES && !is_complete(received) {
        stream.set_read_timeout(Some(left()?))?;
        match stream.read(&mut chunk) {
            Ok(0) => break,
            Ok(count) => received.extend_from_slice(&chunk[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    received.truncate(MAX_BYTES);
    Ok(())
}

/// A complete header is an answer, even where the body was cut off.
fn outcome(received: &[u8], error: Option<&io::Error>) -> HttpOutcome {
    let broken = |what: &str| HttpOutcome::Broken { what: what.to_owned() };
    match (parse_head(received), error.map(io::Error::kind)) {
        (ResponseHead::Complete { status, length, framing }, _) => {
            let body = &received[length..];
            let body = match framing {
                Framing::Length(length) => body[..length.min(body.len())].to_vec(),
                Framing::Chunked => decode_chunks(body).0,
                Framing::Close => body.to_vec(),
            };
            HttpOutcome::Answered { status, body: String::from_utf8_lossy(&body).into_owned() }
        }
        (ResponseHead::Malformed, _) => broken("the response is not HTTP"),
        (ResponseHead::Partial, Some(io::ErrorKind::ConnectionRefused)) => HttpOutcome::Refused,
        (ResponseHead::Partial, Some(io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock)) => HttpOutcome::TimedOut,
        (ResponseHead::Partial, Some(io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe)) => {
            broken("the connection was closed without a response")
        }
        (ResponseHead::Partial, Some(_)) => broken(&error.map(ToString::to_string).unwrap_or_default()),
        (ResponseHead::Partial, None) if received.len() >= MAX_BYTES => {
            broken("the header of the response is too long")
        }
        (ResponseHead::Partial, None) => broken("the connection was closed without a response"),
    }
}

enum ResponseHead {
    Complete { status: u16, length: usize, framing: Framing },
    Partial,
    Malformed,
}

/// Where the body ends (RFC 9112, section 6.3).
enum Framing {
    Length(usize),
    Chunked,
    Close,
}

fn parse_head(received: &[u8]) -> ResponseHead {
    let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
    let mut response = httparse::Response::new(&mut headers);
    match response.parse(received) {
        Ok(httparse::Status::Complete(length)) => {
            let value = |name: &str| {
                let header = response.headers.iter().find(|header| header.name.eq_ignore_ascii_case(name))?;
                std::str::from_utf8(header.value).ok().map(str::trim)
            };
            let framing = if value("Transfer-Encoding").is_some_and(|coding| coding.eq_ignore_ascii_case("chunked")) {
                Framing::Chunked
            } else {
                value("Content-Length").and_then(|length| length.parse().ok()).map_or(Framing::Close, Framing::Length)
            };
            ResponseHead::Complete { status: response.code.unwrap_or_default(), length, framing }
        }
        Ok(httparse::Status::Partial) => ResponseHead::Partial,
        Err(_) => ResponseHead::Malformed,
    }
}

/// The response is complete, although the connection is still open.
fn is_complete(received: &[u8]) -> bool {
    match parse_head(received) {
        ResponseHead::Complete { framing: Framing::Length(body), length, .. } => received.len() - length >= body,
        ResponseHead::Complete { framing: Framing::Chunked, length, .. } => decode_chunks(&received[length..]).1,
        ResponseHead::Complete { framing: Framing::Close, .. } | ResponseHead::Partial => false,
        ResponseHead::Malformed => true,
    }
}

/// The content of the chunks that arrived, and whether the last one did.
fn decode_chunks(mut rest: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    while let Ok(httparse::Status::Complete((at, size))) = httparse::parse_chunk_size(rest) {
        if size == 0 {
            return (body, true);
        }
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let data = &rest[at..];
        body.extend_from_slice(&data[..size.min(data.len())]);
        // A line break ends each chunk's data.
        match size.checked_add(2).and_then(|end| data.get(end..)) {
            Some(next) => rest = next,
            None => break,
        }
    }
    (body, false)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::time::{Duration, Instant};

    use super::{HttpOutcome, get};

    /// A server that says this once, then hangs up or holds the line.
    fn ask(says: &[u8], hold: bool) -> HttpOutcome {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let says = says.to_vec();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = [0; 1024];
            let count = stream.read(&mut request).unwrap();
            // The client may have closed the connection already.
            let _ = stream.write_all(&says);
            if hold {
                let _ = stream.read(&mut request);
            }
            String::from_utf8_lossy(&request[..count]).into_owned()
        });
        let outcome = get(port, "/a?b").unwrap();
        assert!(server.join().unwrap().starts_with("GET /a?b HTTP/1.1\r\nHost: 127.0.0.1:"));
        outcome
    }

    fn answered(status: u16, body: &str) -> HttpOutcome {
        HttpOutcome::Answered { status, body: body.into() }
    }

    #[test]
    fn a_response_ends_by_length_by_chunks_or_by_closing() {
        for (says, hold, outcome) in [
            ("HTTP/1.0 200 OK\r\n\r\nhello", false, answered(200, "hello")),
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", true, answered(200, "hello")),
            (
                "HTTP/1.1 404 No\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nhel\r\n2;x=y\r\nlo\r\n0\r\n\r\n",
                true,
                answered(404, "hello"),
            ),
            ("HTTP/1.1 301 Moved\r\nLocation: http://[::1]/\r\nContent-Length: 0\r\n\r\n", true, answered(301, "")),
            ("HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\ntorn", false, answered(200, "torn")),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nx", false, answered(200, "x")),
        ] {
            let begin = Instant::now();
            assert_eq!(ask(says.as_bytes(), hold), outcome, "{says:?}");
            assert!(begin.elapsed() < super::TIMEOUT, "{says:?} was over before the deadline");
        }
    }

    #[test]
    fn each_failure_has_its_own_outcome() {
        let broken = |what: &str| HttpOutcome::Broken { what: what.into() };
        assert_eq!(ask(b"SSH-2.0-OpenSSH_9.2\r\n", true), broken("the response is not HTTP"));
        assert_eq!(ask(b"", false), broken("the connection was closed without a response"));
        assert_eq!(ask(b"", true), HttpOutcome::TimedOut);
        let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        assert_eq!(get(free, "/"), Ok(HttpOutcome::Refused));
    }

    #[test]
    fn an_endless_response_is_cut() {
        let mut endless = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
        endless.resize(1 << 20, b'x');
        let HttpOutcome::Answered { body, .. } = ask(&endless, false) else { panic!("an answer") };
        assert!(body.len() <= super::MAX_BYTES);
        let begin = Instant::now();
        let mut headers = b"HTTP/1.1 200 OK\r\n".to_vec();
        headers.resize(1 << 20, b'h');
        assert!(matches!(ask(&headers, true), HttpOutcome::Broken { .. }));
        assert!(begin.elapsed() < Duration::from_secs(5));
    }

    #[test]
    fn a_path_cannot_smuggle_a_header() {
        for path in ["", "a", "/a b", "/a\r\nHost: x", "/ä"] {
            assert!(get(1, path).is_err(), "{path:?}");
        }
    }
}
