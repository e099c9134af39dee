//! Checks that a lab has enough cases.

use super::error::CourseError;
use super::lab_directory::LabDirectory;

/// The least number of right answers besides the solution.
const RIGHT: usize = 3;
/// The least number of wrong answers.
const WRONG: usize = 8;

impl LabDirectory {
    /// Lists missing right answers, missing wrong answers, and checks that no case fails.
    pub(crate) fn missing_cases(&self) -> Vec<CourseError> {
        let root = format!("labs/{}", self.lab.id);
        let cases = format!("{root}/cases");
        let right = self.cases.iter().filter(|case| case.case.fails.is_empty()).count();
        let wrong = self.cases.len() - right;
        let mut errors = Vec::new();
        if right < RIGHT {
            let what = format!(
                "the lab has {right} right {} besides the solution",
                if right == 1 { "answer" } else { "answers" }
            );
            errors.push(CourseError::of_file(&cases, what, format!("write at least {RIGHT} cases with fails = []")));
        }
        if wrong < WRONG {
            let what = format!("the lab has {wrong} wrong {}", if wrong == 1 { "answer" } else { "answers" });
            let fix = format!("write at least {WRONG} cases that list the checks they fail");
            errors.push(CourseError::of_file(&cases, what, fix));
        }
        for check in &self.lab.checks {
            if !self.cases.iter().any(|case| case.case.fails.contains(&check.id)) {
                let what = format!("no case fails the check {:?}", check.id);
                let fix = "write a wrong answer that fails it";
                errors.push(CourseError::of_file(format!("{root}/lab.toml"), what, fix));
            }
        }
        errors
    }
}
