//! The facts about a lab that a page shows.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct LabSummary<'a> {
    pub(crate) id: &'a str,
    pub(crate) title: &'a str,
    pub(crate) minutes: u32,
    /// The best score so far, in percent.
    pub(crate) best: Option<u32>,
}
