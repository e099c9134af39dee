//! The syntax of ids and directory names in a course.

/// Returns whether a word consists of lower-case letters, digits and single hyphens.
pub(super) fn is_kebab(word: &str) -> bool {
    !word.is_empty()
        && word
            .split('-')
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::is_kebab;

    #[test]
    fn ids_are_kebab_case() {
        for good in ["a", "non-root", "p22"] {
            assert!(is_kebab(good), "{good}");
        }
        for bad in ["", "-a", "a--b", "a-", "A", "a_b", "ä", "a b"] {
            assert!(!is_kebab(bad), "{bad}");
        }
    }
}
