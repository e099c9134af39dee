//! How a program file begins, which decides how execve(2) runs it: by an interpreter, by the processor, or not at all.

use std::io::{self, Read};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::machine::view::View;
use crate::model::ProgramFormat;

/// Where systemd looks for a program that is named without a slash (systemd.exec(5), `ExecSearchPath=`).
pub(crate) const SEARCH_PATH: [&str; 6] =
    ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
/// Bytes that the kernel looks at.
const HEAD_BYTES: u64 = 256;
const ELF: &[u8] = b"\x7fELF";
/// i386, which kernels for x86-64 usually run too.
const EM_386: u8 = 3;

/// The format of a regular file; `None` for anything else, and if it cannot be read.
pub(crate) fn program_format(view: &View, path: &Path) -> Option<ProgramFormat> {
    if !view.metadata(path).ok()?.is_file() {
        return None;
    }
    let bytes = head(view, path).ok()?;
    if let Some(line) = bytes.strip_prefix(b"#!") {
        let line = line.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let line = String::from_utf8_lossy(line).trim_matches([' ', '\t']).to_owned();
        // For the kernel, the interpreter's name ends at a space or tab only.
        let interpreter = line.split([' ', '\t']).next().unwrap_or_default();
        return Some(ProgramFormat::Script { runs: is_program(view, Path::new(interpreter)), line });
    }
    if bytes.starts_with(ELF) {
        let own = own_head().ok()?;
        return Some(ProgramFormat::Binary {
            native: e_machine(&bytes) == e_machine(&own) || e_machine(&bytes) == Some(EM_386),
        });
    }
    Some(ProgramFormat::Other)
}

fn head(view: &View, path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    view.open(path)?.take(HEAD_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The head of this program itself, which is compiled for this machine.
fn own_head() -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    View::live().proc_open("self/exe")?.take(HEAD_BYTES).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The lower byte of `e_machine` (elf(5)), which is enough for the processors that run systemd.
fn e_machine(bytes: &[u8]) -> Option<u8> {
    let big_endian = bytes.get(5) == Some(&2);
    bytes.get(if big_endian { 19 } else { 18 }).copied()
}

/// The path is a regular file with an x bit.
pub(crate) fn is_program(view: &View, path: &Path) -> bool {
    view.metadata(path).is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::{ProgramFormat, View, program_format};

    #[test]
    fn the_format_decides_how_a_program_runs() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("program");
        let script = |line: &str, runs| Some(ProgramFormat::Script { line: line.into(), runs });
        let mut foreign = std::fs::read("/proc/self/exe").unwrap();
        foreign.truncate(64);
        foreign[18] = 0xf7;
        for (bytes, expected) in [
            (&b"#!/bin/sh\necho\n"[..], script("/bin/sh", true)),
            (b"#! /bin/sh -e\n", script("/bin/sh -e", true)),
            (b"#!/bin/sh\r\necho\r\n", script("/bin/sh\r", false)),
            (b"#!/usr/bin/no-such-thing\n", script("/usr/bin/no-such-thing", false)),
            (b"echo\n", Some(ProgramFormat::Other)),
            (b"", Some(ProgramFormat::Other)),
            (&foreign, Some(ProgramFormat::Binary { native: false })),
        ] {
            std::fs::write(&path, bytes).unwrap();
            assert_eq!(program_format(&View::live(), &path), expected, "{}", String::from_utf8_lossy(bytes));
        }
        assert_eq!(
            program_format(&View::live(), std::path::Path::new("/proc/self/exe")),
            Some(ProgramFormat::Binary { native: true })
        );
        assert_eq!(
            (program_format(&View::live(), dir.path()), program_format(&View::live(), &dir.path().join("gone"))),
            (None, None)
        );
    }
}
