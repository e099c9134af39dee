//! Which known word a misspelt one was probably meant to be.

/// Fewer letters begin too many words.
const BEGINNING: usize = 3;

/// The nearest candidate, if it is near enough to be worth naming: a third of the letters may differ. Else the one that
/// begins so.
pub(super) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let far = (word.chars().count() / 3).max(1);
    let candidates: Vec<&str> = candidates.into_iter().collect();
    let mut begun = candidates.iter().filter(|name| word.len() >= BEGINNING && name.starts_with(&word.to_lowercase()));
    let begun = begun.next().filter(|_| begun.next().is_none()).copied();
    candidates
        .iter()
        .copied()
        .map(|candidate| (strsim::damerau_levenshtein(&word.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= far)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
        .or(begun)
}

/// `did you mean "points"?`, or the whole choice when nothing is near.
pub(super) fn did_you_mean(word: &str, candidates: &[&str]) -> String {
    match nearest(word, candidates.iter().copied()) {
        Some(candidate) => format!("did you mean {candidate:?}?"),
        None if candidates.is_empty() => String::new(),
        None => format!("known are: {}", candidates.join(", ")),
    }
}

/// As [`did_you_mean`], for candidates that are owned.
pub(super) fn did_you_mean_any(word: &str, candidates: &[String]) -> String {
    did_you_mean(word, &candidates.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Whether a word is lower-case letters, digits and single hyphens, as ids and folder names are.
pub(super) fn is_kebab(word: &str) -> bool {
    !word.is_empty()
        && word
            .split('-')
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::{did_you_mean, is_kebab, nearest};

    #[test]
    fn names_only_what_is_near() {
        let keys = ["points", "needs", "title"];
        assert_eq!(nearest("pionts", keys), Some("points"));
        assert_eq!(nearest("Title", keys), Some("title"));
        assert_eq!(nearest("colour", keys), None);
        assert_eq!((nearest("poi", keys), nearest("po", keys)), (Some("points"), None));
        assert_eq!(nearest("least", ["least-privilege", "least-surprise"]), None);
        assert_eq!(did_you_mean("colour", &keys), "known are: points, needs, title");
    }

    #[test]
    fn ids_are_kebab() {
        for good in ["a", "non-root", "p22"] {
            assert!(is_kebab(good), "{good}");
        }
        for bad in ["", "-a", "a--b", "a-", "A", "a_b", "ä", "a b"] {
            assert!(!is_kebab(bad), "{bad}");
        }
    }
}
