//! What the user should know while the program works. `app` sends notices; the command line shows them.

/// One notice.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Notice<'a> {
    /// Something went wrong, but the work goes on.
    Warning(&'a str),
    /// A detail for `--verbose`.
    Detail(&'a str),
}

/// Receives notices.
pub(crate) type Notify = Box<dyn Fn(Notice<'_>) + Send + Sync>;
