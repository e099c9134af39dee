//! Makes cargo build again when a file in `labs/` or `lessons/` changes, because both are embedded in the binary.

fn main() {
    use std::io::Write;
    let written = writeln!(std::io::stdout(), "cargo::rerun-if-changed=labs\ncargo::rerun-if-changed=lessons");
    assert!(written.is_ok(), "cannot write to cargo");
}
