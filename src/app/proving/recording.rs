//! Writes `lessons/recorded/`: what the commands of chapters printed while they were proven.

use std::path::Path;

use crate::app::error::Error;
use crate::app::workspace::Workspace;
use crate::course::write_records;
use crate::learner::ReportFile;
use crate::model::{CaseResult, Chapter, Proof, RecordedOutput};

/// Records each chapter whose commands all ran in order and printed what is expected; `dir` is the course's directory.
pub(crate) fn record_outputs(
    workspace: &Workspace,
    dir: &Path,
    chapters: &[&Chapter],
    proof: &Proof,
) -> Result<(), Error> {
    for chapter in chapters {
        let printed = |id: &str| -> Option<&RecordedOutput> {
            let case = format!("{id}, in order");
            let own = |proven: &&CaseResult| proven.subject == chapter.id && proven.case == case;
            proof.cases.iter().filter(own).find_map(|proven| proven.printed.as_ref())
        };
        let blocks = chapter.pages.iter().flat_map(|page| &page.blocks);
        let commands = blocks.filter(|block| block.command().is_some()).filter_map(|block| block.id());
        let records: Option<Vec<(&str, &RecordedOutput)>> = commands.map(|id| Some((id, printed(id)?))).collect();
        let Some(records) = records else {
            let id = &chapter.id;
            workspace.detail(&format!("{id} is not recorded: not every command printed what is expected"));
            continue;
        };
        let path = dir.join("lessons/recorded").join(format!("{}.toml", chapter.id));
        ReportFile::at_making_parent(&path, workspace.owner())?.write(write_records(records).as_bytes())?;
    }
    Ok(())
}
