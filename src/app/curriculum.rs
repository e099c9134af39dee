//! The chapters and labs of a course in order, and how far the learner is.

use crate::course::Course;
use crate::learner::Progress;
use crate::ui::{Completion, CourseRow};

/// All chapters and labs, and the next one to do.
pub(crate) struct Curriculum {
    /// Chapters, each followed by its labs.
    pub(crate) steps: Vec<Step>,
    /// Index of the first step that is not done.
    pub(crate) next: usize,
}

/// One chapter or lab.
pub(crate) struct Step {
    pub(crate) kind: StepKind,
    pub(crate) row: CourseRow,
}

pub(crate) enum StepKind {
    /// Index of a chapter in the tutorial.
    Chapter(usize),
    /// Id of a lab.
    Lab(String),
}

impl Curriculum {
    pub(crate) fn of(course: &Course, progress: &Progress) -> Self {
        let chapters = &course.tutorial().chapters;
        let mut steps = Vec::new();
        for (index, chapter) in chapters.iter().enumerate() {
            let known = progress.chapters.get(&chapter.id);
            let seen = chapter.pages.iter().filter(|page| known.is_some_and(|known| known.seen.contains(&page.slug)));
            let (seen, all) = (seen.count(), chapter.pages.len());
            let completion = match seen {
                0 => Completion::NotStarted,
                seen if seen == all => Completion::Done,
                _ => Completion::Started,
            };
            let questions: Vec<_> = chapter
                .pages
                .iter()
                .flat_map(|page| &page.blocks)
                .filter(|block| block.question().is_some())
                .filter_map(|block| known?.answers.get(block.id()?))
                .collect();
            let right = questions.iter().filter(|answer| answer.right).count();
            let answered = match questions.len() {
                all if right > 0 => format!(", {right} of {all} answers right at once"),
                _ => String::new(),
            };
            let detail = match completion {
                Completion::NotStarted => format!("{} min", chapter.minutes),
                Completion::Started => format!("page {seen} of {all}{answered}"),
                Completion::Done => format!("read{answered}"),
            };
            let row = CourseRow {
                completion,
                number: Some(chapter.number),
                id: chapter.id.clone(),
                title: chapter.title.clone(),
                percent: Some(percent(seen, all)),
                detail,
            };
            steps.push(Step { kind: StepKind::Chapter(index), row });
            steps.extend(labs(course, progress, |of| of == chapter.id));
        }
        // Labs that name no chapter of this course.
        steps.extend(labs(course, progress, |of| !chapters.iter().any(|chapter| chapter.id == of)));
        let next = steps.iter().position(|step| step.row.completion != Completion::Done).unwrap_or(0);
        Self { steps, next }
    }

    /// The command for the next step; `None` if the course is empty.
    pub(crate) fn next_command(&self, course: &Course) -> Option<String> {
        self.command_for(course, self.next)
    }

    /// The first lab that is not passed, else the first lab.
    pub(crate) fn next_lab(&self) -> Option<&str> {
        let labs = || {
            self.steps.iter().filter_map(|step| match &step.kind {
                StepKind::Lab(id) => Some((id.as_str(), step.row.completion)),
                StepKind::Chapter(_) => None,
            })
        };
        labs().find(|(_, completion)| *completion != Completion::Done).or_else(|| labs().next()).map(|(id, _)| id)
    }

    /// The command for the first step after this lab that is not done, else for any step that is not done.
    pub(crate) fn command_after(&self, course: &Course, lab: &str) -> Option<String> {
        let here = self.steps.iter().position(|step| matches!(&step.kind, StepKind::Lab(id) if id == lab)).unwrap_or(0);
        let open = |at: &usize| self.steps[*at].row.completion != Completion::Done;
        let next = (here + 1..self.steps.len()).find(open).or_else(|| (0..self.steps.len()).find(open));
        self.command_for(course, next?)
    }

    fn command_for(&self, course: &Course, step: usize) -> Option<String> {
        Some(match &self.steps.get(step)?.kind {
            StepKind::Chapter(chapter) => format!("unitlab learn {}", course.tutorial().chapters[*chapter].number),
            StepKind::Lab(lab) => format!("unitlab lab start {lab}"),
        })
    }

    /// Rows for the home screen.
    pub(crate) fn rows(&self) -> Vec<CourseRow> {
        self.steps.iter().map(|step| step.row.clone()).collect()
    }
}

fn labs(course: &Course, progress: &Progress, belongs: impl Fn(&str) -> bool) -> Vec<Step> {
    let labs = course.labs().iter().map(|directory| &directory.lab).filter(|lab| belongs(&lab.chapter));
    labs.map(|lab| {
        let known = progress.labs.get(&lab.id);
        let best = known.and_then(|known| known.best_percent);
        let completion = match known {
            Some(known) if known.passed_at.is_some() => Completion::Done,
            Some(_) => Completion::Started,
            None => Completion::NotStarted,
        };
        let points: u32 = lab.checks.iter().map(|check| check.points).sum();
        let detail = match best {
            Some(best) => format!("best {best} %"),
            None => format!("{} min, {points} points", lab.minutes),
        };
        let row =
            CourseRow { completion, number: None, id: lab.id.clone(), title: lab.title.clone(), percent: best, detail };
        Step { kind: StepKind::Lab(lab.id.clone()), row }
    })
    .collect()
}

fn percent(part: usize, whole: usize) -> u32 {
    u32::try_from(part * 100 / whole.max(1)).unwrap_or(0)
}
