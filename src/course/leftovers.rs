//! Files of a course directory that are not part of the course. `build.rs` includes this file.

/// Returns whether an editor or a file manager left this file behind. Always false below a `files/` directory.
pub(super) fn is_editor_leftover(path: &str) -> bool {
    path.split('/').take_while(|part| *part != "files").any(|part| part.starts_with('.') || part.ends_with('~'))
}
