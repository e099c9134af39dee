//! `lessons/recorded/`, written anew from what the commands of chapters have just printed.

use std::path::Path;

use crate::app::Failure;
use crate::cli::context::Context;
use crate::course::write_records;
use crate::learner::ReportFile;
use crate::model::{Chapter, Proof, Proven, Recorded};

/// Writes the records of those chapters all of whose commands ran in order and printed what they must.
pub(super) fn write(context: &Context, dir: &Path, chapters: &[&Chapter], proof: &Proof) -> Result<(), Failure> {
    for chapter in chapters {
        let printed = |id: &str| -> Option<&Recorded> {
            let case = format!("{id}, in order");
            let own = |proven: &&Proven| proven.subject == chapter.id && proven.case == case;
            proof.cases.iter().filter(own).find_map(|proven| proven.printed.as_ref())
        };
        let blocks = chapter.pages.iter().flat_map(|page| &page.blocks);
        let commands = blocks.filter(|block| block.command().is_some()).filter_map(|block| block.id());
        let records: Option<Vec<(&str, &Recorded)>> = commands.map(|id| Some((id, printed(id)?))).collect();
        let Some(records) = records else {
            context.note(&format!("{} is not recorded: not every command ran in order as it must", chapter.id));
            continue;
        };
        let path = dir.join("lessons/recorded").join(format!("{}.toml", chapter.id));
        ReportFile::named_in_folder(&path, context.owner())?.write(write_records(records).as_bytes())?;
    }
    Ok(())
}
