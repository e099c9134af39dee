//! The cases that a lab must have before it can be proven.

use super::error::CourseError;
use super::lab_directory::LabDirectory;

/// Other right answers than the solution.
const RIGHT: usize = 3;
const MISTAKES: usize = 8;

impl LabDirectory {
    /// Lists missing right answers, missing wrong answers, and checks that no case fails.
    #[must_use]
    pub fn missing_cases(&self) -> Vec<CourseError> {
        let root = format!("labs/{}", self.lab.id);
        let cases = format!("{root}/cases");
        let right = self.cases.iter().filter(|folder| folder.case.fails.is_empty()).count();
        let wrong = self.cases.len() - right;
        let mut lacks = Vec::new();
        if right < RIGHT {
            let what = format!("has {right} other right {}", if right == 1 { "answer" } else { "answers" });
            lacks.push(CourseError::of_file(&cases, what, format!("a lab has at least {RIGHT}, with fails = []")));
        }
        if wrong < MISTAKES {
            let what = format!("has {wrong} {}", if wrong == 1 { "mistake" } else { "mistakes" });
            let mend = format!("a lab has at least {MISTAKES}, each with the checks that it fails");
            lacks.push(CourseError::of_file(&cases, what, mend));
        }
        for check in &self.lab.checks {
            if !self.cases.iter().any(|folder| folder.case.fails.contains(&check.id)) {
                let what = format!("no case fails the check {:?}", check.id);
                let mend = "a check that nothing can fail proves nothing";
                lacks.push(CourseError::of_file(format!("{root}/lab.toml"), what, mend));
            }
        }
        lacks
    }
}
