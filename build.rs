//! Tells cargo that lessons and labs are part of the binary: a new file in them is a reason to build again.

fn main() {
    use std::io::Write;
    let told = writeln!(std::io::stdout(), "cargo::rerun-if-changed=labs\ncargo::rerun-if-changed=lessons");
    assert!(told.is_ok(), "cargo reads what a build script says");
}
