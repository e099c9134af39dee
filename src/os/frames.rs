//! Typed messages between our own processes: a length (`u32`, big-endian), then that many bytes of JSON.

use std::io::{self, Read, Write};

use serde::Serialize;
use serde::de::DeserializeOwned;

const HEADER: usize = 4;

/// Writes one message and flushes.
pub(crate) fn write_frame(out: &mut impl Write, message: &impl Serialize) -> io::Result<()> {
    out.write_all(&frame(message)?)?;
    out.flush()
}

/// Returns one message as the bytes of its frame.
pub(crate) fn frame(message: &impl Serialize) -> io::Result<Vec<u8>> {
    let json = serde_json::to_vec(message)?;
    let length = u32::try_from(json.len()).map_err(|_| too_long(u64::MAX))?;
    Ok([&length.to_be_bytes()[..], &json].concat())
}

/// Reads one message of at most `limit` bytes; `None` when the stream ends before the first byte.
pub(crate) fn read_frame<T: DeserializeOwned>(input: &mut impl Read, limit: usize) -> io::Result<Option<T>> {
    read_json(input, limit)?.map(|json| Ok(serde_json::from_slice(&json)?)).transpose()
}

/// Reads one message as its JSON text; `None` when the stream ends before the first byte.
pub(crate) fn read_json(input: &mut impl Read, limit: usize) -> io::Result<Option<Vec<u8>>> {
    let mut header = [0; HEADER];
    let first = loop {
        match input.read(&mut header[..1]) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            other => break other?,
        }
    };
    if first == 0 {
        return Ok(None);
    }
    input.read_exact(&mut header[1..])?;
    let length = u32::from_be_bytes(header);
    let length = usize::try_from(length).ok().filter(|length| *length <= limit);
    let mut json = vec![0; length.ok_or_else(|| too_long(u32::from_be_bytes(header).into()))?];
    input.read_exact(&mut json)?;
    Ok(Some(json))
}

fn too_long(length: u64) -> io::Error {
    io::Error::new(io::ErrorKind::FileTooLarge, format!("a message of {length} bytes is too long"))
}

/// Collects frames from a non-blocking stream, which may deliver them in pieces.
#[derive(Debug)]
pub(crate) struct FrameBuffer {
    bytes: Vec<u8>,
    limit: usize,
}

impl FrameBuffer {
    /// `limit` is the length of the longest accepted message.
    pub(crate) fn new(limit: usize) -> Self {
        Self { bytes: Vec::new(), limit }
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    /// Returns the next complete message; `None` until all of it has arrived.
    pub(crate) fn pop<T: DeserializeOwned>(&mut self) -> io::Result<Option<T>> {
        let Some(header) = self.bytes.first_chunk::<HEADER>() else { return Ok(None) };
        let length = u32::from_be_bytes(*header);
        let length = usize::try_from(length).ok().filter(|length| *length <= self.limit);
        let end = HEADER + length.ok_or_else(|| too_long(u32::from_be_bytes(*header).into()))?;
        if self.bytes.len() < end {
            return Ok(None);
        }
        let message = serde_json::from_slice(&self.bytes[HEADER..end])?;
        self.bytes.drain(..end);
        Ok(Some(message))
    }
}

#[cfg(test)]
mod tests {
    use super::{FrameBuffer, frame, read_frame, write_frame};

    #[test]
    fn messages_arrive_as_they_were_sent() {
        let mut stream = Vec::new();
        write_frame(&mut stream, &"one\ntwo").unwrap();
        write_frame(&mut stream, &[3, 4]).unwrap();
        let mut input = stream.as_slice();
        assert_eq!(read_frame::<String>(&mut input, 100).unwrap().unwrap(), "one\ntwo");
        assert_eq!(read_frame::<Vec<u8>>(&mut input, 100).unwrap().unwrap(), [3, 4]);
        assert!(read_frame::<String>(&mut input, 100).unwrap().is_none());
    }

    #[test]
    fn a_message_that_is_too_long_or_cut_off_is_an_error() {
        let long = frame(&"a".repeat(99)).unwrap();
        assert!(read_frame::<String>(&mut long.as_slice(), 100).is_err());
        assert!(read_frame::<String>(&mut &long[..50], 200).is_err());
        let mut buffer = FrameBuffer::new(100);
        buffer.push(&long);
        assert!(buffer.pop::<String>().is_err());
    }

    #[test]
    fn a_message_may_arrive_byte_by_byte() {
        let mut buffer = FrameBuffer::new(100);
        let bytes = [frame(&"a").unwrap(), frame(&"b").unwrap()].concat();
        let mut messages = Vec::new();
        for byte in bytes {
            buffer.push(&[byte]);
            messages.extend(buffer.pop::<String>().unwrap());
        }
        assert_eq!(messages, ["a", "b"]);
    }
}
