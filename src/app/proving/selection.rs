//! Which chapters and labs of a course are proven.

use std::borrow::Cow;

use super::job::{Job, chapter_jobs, lab_jobs};
use super::long_pages::overlong_pages;
use crate::app::error::Error;
use crate::course::{Course, LabDirectory};
use crate::model::Chapter;

/// Chapters and labs of a course; labs that differ between learners once for each of some seeds.
pub(crate) struct Selection<'c> {
    course: &'c Course,
    chapters: Vec<&'c Chapter>,
    labs: Vec<Cow<'c, LabDirectory>>,
}

impl<'c> Selection<'c> {
    /// Selects the named labs and chapters; the whole course if nothing is named.
    pub(crate) fn new(course: &'c Course, labs: &[String], chapters: &[String]) -> Result<Self, Error> {
        let is_whole = labs.is_empty() && chapters.is_empty();
        let chapters = if is_whole {
            course.tutorial().chapters.iter().collect()
        } else {
            chapters.iter().map(|named| course.chapter(named)).collect::<Result<_, _>>()?
        };
        let ids: Vec<&str> = if is_whole {
            course.labs().iter().map(|directory| directory.lab.id.as_str()).collect()
        } else {
            labs.iter().map(String::as_str).collect()
        };
        let mut labs = Vec::new();
        for id in ids {
            labs.extend(course.seeded_variants(id)?);
        }
        Ok(Self { course, chapters, labs })
    }

    pub(crate) fn chapters(&self) -> &[&'c Chapter] {
        &self.chapters
    }

    /// Returns the jobs with these names; all jobs if there are no names.
    pub(crate) fn jobs(&self, thorough: bool, names: &[String]) -> Result<Vec<Job<'_>>, Error> {
        let mut jobs = chapter_jobs(self.chapters.iter().copied(), thorough);
        jobs.extend(lab_jobs(self.labs.iter().map(Cow::as_ref)));
        for name in names {
            if !jobs.iter().any(|job| job.name() == name) {
                let what = format!("there is no case {name:?}");
                return Err(Error::unknown_name(
                    what,
                    name,
                    jobs.iter().map(Job::name),
                    "`-v` names each case as it ends",
                ));
            }
        }
        if !names.is_empty() {
            jobs.retain(|job| names.iter().any(|name| name == job.name()));
        }
        Ok(jobs)
    }

    /// Returns what is wrong without running anything: overlong pages, missing cases, and (unless they are written anew)
    /// outdated recorded outputs.
    pub(crate) fn mistakes(&self, records_anew: bool) -> Vec<String> {
        let overlong = self.chapters.iter().flat_map(|chapter| overlong_pages(self.course.tutorial(), chapter));
        let outdated =
            self.chapters.iter().filter(|_| !records_anew).flat_map(|chapter| self.course.record_errors(chapter));
        let missing =
            self.labs.iter().filter(|lab| lab.seed.is_none_or(|seed| seed == 1)).flat_map(|lab| lab.missing_cases());
        overlong.chain(outdated.chain(missing).map(|mistake| mistake.to_string())).collect()
    }
}
