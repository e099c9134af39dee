//! The manager's own properties, asked over its private socket as systemctl does, but without starting a program.
//!
//! The messages are those of the D-Bus specification. Only root may connect, and only PID 1 answers, so no other program
//! has to run.

use std::io::{self, Read as _, Write as _};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use rustix::io::ioctl_fionbio;
use rustix::net::{self, AddressFamily, SocketAddrUnix, SocketFlags, SocketType};
use rustix::process::geteuid;

use crate::model::UnitFact;

/// PID 1 listens here, also where no message bus runs.
const SOCKET: &str = "/run/systemd/private";
const OBJECT: &str = "/org/freedesktop/systemd1";
const MANAGER: &str = "org.freedesktop.systemd1.Manager";
const PROPERTIES: &str = "org.freedesktop.DBus.Properties";
/// Login as uid 0, in hexadecimal digits of its decimal digits. PID 1 checks it by the credentials of the socket.
const LOGIN: &[u8] = b"\0AUTH EXTERNAL 30\r\nBEGIN\r\n";
/// Bytes of all answers together; they take less than 1 kB.
const MAX_ANSWER: usize = 256 << 10;
/// Bytes of a message before its fields, with their length.
const HEADER: usize = 16;
/// Types of messages, and codes of header fields.
const CALL: u8 = 1;
const ANSWER: u8 = 2;
const PATH: u8 = 1;
const INTERFACE: u8 = 2;
const MEMBER: u8 = 3;
const SIGNATURE: u8 = 8;

/// The values of these properties, each a text or a list of texts. The error is `TimedOut` if the manager hangs.
pub(crate) fn properties(names: &[&str], time: Duration) -> io::Result<UnitFact> {
    if !geteuid().is_root() {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let deadline = Instant::now() + time;
    let mut socket = connect()?;
    socket.set_write_timeout(Some(time))?;
    let mut request = LOGIN.to_vec();
    for (serial, name) in (1..).zip(names) {
        request.extend(get(serial, name));
    }
    socket.write_all(&request)?;
    let mut received = Vec::new();
    loop {
        if let Some(values) = answers(&received, names.len())? {
            let properties = names.iter().zip(values).map(|(name, value)| ((*name).to_owned(), value));
            return Ok(UnitFact { properties: properties.collect() });
        }
        if received.len() > MAX_ANSWER {
            return Err(malformed());
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        socket.set_read_timeout(Some(left))?;
        let mut chunk = [0; 4 << 10];
        match socket.read(&mut chunk) {
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => received.extend_from_slice(&chunk[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Err(io::ErrorKind::TimedOut.into()),
            Err(error) => return Err(error),
        }
    }
}

/// Connects to PID 1. A blocking connect(2) would wait without end if the queue of the socket were full.
fn connect() -> io::Result<UnixStream> {
    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let socket = net::socket_with(AddressFamily::UNIX, SocketType::STREAM, flags, None)?;
    net::connect(&socket, &SocketAddrUnix::new(SOCKET)?)?;
    ioctl_fionbio(&socket, false)?;
    Ok(socket.into())
}

/// A call of `Get` for a property of the manager.
fn get(serial: u32, property: &str) -> Vec<u8> {
    let mut body = Writer::default();
    body.text(MANAGER);
    body.text(property);
    let mut fields = Writer::default();
    for (code, kind, value) in [(PATH, b'o', OBJECT), (INTERFACE, b's', PROPERTIES), (MEMBER, b's', "Get")] {
        fields.field(code, kind);
        fields.text(value);
    }
    fields.field(SIGNATURE, b'g');
    fields.0.extend(b"\x02ss\0");
    let mut message = Writer(vec![b'l', CALL, 0, 1]);
    for number in [body.0.len(), serial as usize, fields.0.len()] {
        message.number(number);
    }
    message.0.extend(fields.0);
    message.align(8);
    message.0.extend(body.0);
    message.0
}

#[derive(Default)]
struct Writer(Vec<u8>);

impl Writer {
    fn align(&mut self, to: usize) {
        self.0.resize(self.0.len().next_multiple_of(to), 0);
    }

    fn number(&mut self, number: usize) {
        self.align(4);
        self.0.extend(u32::try_from(number).unwrap_or(u32::MAX).to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.number(text.len());
        self.0.extend(text.as_bytes());
        self.0.push(0);
    }

    /// The begin of a header field: its code, and the type of its value.
    fn field(&mut self, code: u8, kind: u8) {
        self.align(8);
        self.0.extend([code, 1, kind, 0]);
    }
}

/// The values in `count` answers; `None` if they have not arrived as a whole.
fn answers(received: &[u8], count: usize) -> io::Result<Option<Vec<String>>> {
    let Some(line) = received.iter().position(|byte| *byte == b'\n') else { return Ok(None) };
    if !received.starts_with(b"OK ") {
        return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the manager refused the connection"));
    }
    let mut rest = &received[line + 1..];
    let mut values = Vec::new();
    while values.len() < count {
        let Some(length) = length(rest)? else { return Ok(None) };
        let Some(message) = rest.get(..length) else { return Ok(None) };
        rest = &rest[length..];
        if message[1] == ANSWER {
            values.push(value(message)?);
        } else if message[1] != 4 {
            // An error; signals may arrive at any time.
            return Err(malformed());
        }
    }
    Ok(Some(values))
}

/// The length of the message that begins here; `None` if its header is not complete.
fn length(bytes: &[u8]) -> io::Result<Option<usize>> {
    let mut header = Reader { bytes, at: 0 };
    if bytes.first().is_some_and(|order| *order != b'l') {
        return Err(malformed());
    }
    if bytes.len() < HEADER {
        return Ok(None);
    }
    header.at = 4;
    let (body, _serial, fields) = (header.number()?, header.number()?, header.number()?);
    if body > MAX_ANSWER || fields > MAX_ANSWER {
        return Err(malformed());
    }
    Ok(Some((HEADER + fields).next_multiple_of(8) + body))
}

/// The value in an answer: a variant with a text, or with a list of texts, joined by blanks as systemctl prints it.
fn value(message: &[u8]) -> io::Result<String> {
    let mut reader = Reader { bytes: message, at: 12 };
    let fields = reader.number()?;
    reader.at = (HEADER + fields).next_multiple_of(8);
    let begin = reader.at;
    let signature = message.get(begin + 1..).and_then(|rest| rest.split(|byte| *byte == 0).next());
    let signature = signature.ok_or_else(malformed)?;
    reader.at += signature.len() + 2;
    match signature {
        b"s" => reader.text(),
        b"as" => {
            let length = reader.number()?;
            let end = reader.at + length;
            let mut texts = Vec::new();
            while reader.at < end {
                texts.push(reader.text()?);
            }
            Ok(texts.join(" "))
        }
        _ => Err(malformed()),
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn take(&mut self, count: usize) -> io::Result<&[u8]> {
        let end = self.at.checked_add(count).ok_or_else(malformed)?;
        let taken = self.bytes.get(self.at..end).ok_or_else(malformed)?;
        self.at = end;
        Ok(taken)
    }

    fn number(&mut self) -> io::Result<usize> {
        self.at = self.at.next_multiple_of(4);
        let bytes = self.take(4)?.try_into().map_err(|_| malformed())?;
        usize::try_from(u32::from_le_bytes(bytes)).map_err(|_| malformed())
    }

    fn text(&mut self) -> io::Result<String> {
        let length = self.number()?;
        let text = String::from_utf8_lossy(self.take(length)?).into_owned();
        self.take(1)?;
        Ok(text)
    }
}

fn malformed() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "the manager's answer is not understood")
}

#[cfg(test)]
mod tests {
    use super::{answers, get, io, length};

    /// What systemd 252 has sent for `Version` and `UnitPath`, the latter cut to two directories.
    fn recorded() -> Vec<u8> {
        let fields =
            b"\x05\x01u\0\x01\0\0\0\x07\x01s\0\x18\0\0\0org.freedesktop.systemd1\0\0\0\0\0\0\0\0\x08\x01g\0\x01v\0\0";
        let mut bytes = b"OK c313214ca9894c518323dfcad16fd600\r\n".to_vec();
        bytes.extend(b"l\x02\x01\x01\x19\0\0\0\x01\0\0\0\x37\0\0\0");
        bytes.extend(fields);
        bytes.extend(b"\x01s\0\0\x10\0\0\0");
        bytes.extend(b"252.39-1~deb12u2\0");
        bytes.extend(b"l\x02\x01\x01\x44\0\0\0\x02\0\0\0\x37\0\0\0");
        bytes.extend(fields);
        bytes.extend(b"\x02as\0\x3c\0\0\0\x1b\0\0\0/etc/systemd/system.control\0\x17\0\0\0/usr/lib/systemd/system\0");
        bytes
    }

    #[test]
    fn texts_and_lists_are_read_however_they_arrive() {
        let recorded = recorded();
        let values = ["252.39-1~deb12u2", "/etc/systemd/system.control /usr/lib/systemd/system"].map(str::to_owned);
        assert_eq!(answers(&recorded, 2).unwrap(), Some(values.to_vec()));
        assert_eq!(answers(&recorded, 1).unwrap(), Some(values[..1].to_vec()));
        for end in 0..recorded.len() {
            assert_eq!(answers(&recorded[..end], 2).unwrap(), None, "{end}");
        }
    }

    #[test]
    fn other_answers_are_refused() {
        let recorded = recorded();
        let line = recorded.iter().position(|byte| *byte == b'\n').unwrap() + 1;
        let changed = |at: usize, to: u8| {
            let mut bytes = recorded.clone();
            bytes[line + at] = to;
            bytes
        };
        for (what, bytes) in [
            ("an error", changed(1, 3)),
            ("big-endian", changed(0, b'B')),
            ("a body of a gigabyte", changed(7, 0x40)),
            ("a text longer than the body", changed(77, 1)),
            ("a number", changed(73, b'u')),
        ] {
            assert_eq!(answers(&bytes, 2).unwrap_err().kind(), io::ErrorKind::InvalidData, "{what}");
        }
        let refused = answers(b"REJECTED EXTERNAL\r\n", 2).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::PermissionDenied);
        // A signal comes before the answers.
        let signal = [&recorded[..line], &changed(1, 4)[line..line + 97], &recorded[line..]].concat();
        assert_eq!(answers(&signal, 2).unwrap(), answers(&recorded, 2).unwrap());
    }

    #[test]
    fn a_call_has_the_length_that_its_header_names() {
        for property in ["Version", "SystemState", "UnitPath"] {
            let message = get(7, property);
            assert_eq!(length(&message).unwrap(), Some(message.len()), "{property}");
            assert!(message.ends_with(format!("{property}\0").as_bytes()));
        }
    }
}
