//! Finds the known name that a misspelt one was probably meant to be.

/// Shorter beginnings fit too many names.
const SHORTEST_PREFIX: usize = 3;

/// Returns the candidate nearest to `word`: at most a quarter of its letters differ (at least one may). Otherwise the
/// only candidate that begins with `word`. Upper and lower case count as equal.
pub(crate) fn suggest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let length = word.chars().count();
    let allowed = if length < SHORTEST_PREFIX { 0 } else { (length / 4).max(1) };
    let mut nearest: Option<(usize, &str)> = None;
    let mut begun = None;
    let mut begun_once = true;
    for candidate in candidates {
        let lower = candidate.to_lowercase();
        if length >= SHORTEST_PREFIX && lower.starts_with(&word) {
            begun_once = begun.is_none();
            begun = Some(candidate);
        }
        // The distance is at least the difference in length, and costs the product of both lengths.
        if lower.chars().count().abs_diff(length) > allowed {
            continue;
        }
        let distance = strsim::damerau_levenshtein(&word, &lower);
        if distance <= allowed && nearest.is_none_or(|(least, _)| distance < least) {
            nearest = Some((distance, candidate));
        }
    }
    nearest.map(|(_, candidate)| candidate).or(begun.filter(|_| begun_once))
}

/// Returns `did you mean "points"?`, if some candidate is near enough to [`suggest`].
pub(crate) fn did_you_mean<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<String> {
    suggest(word, candidates).map(|candidate| format!("did you mean {candidate:?}?"))
}

#[cfg(test)]
mod tests {
    use super::{did_you_mean, suggest};

    #[test]
    fn only_a_near_name_is_suggested() {
        let keys = ["points", "needs", "title", "to", "what", "always", "on-failure", "on-abort", "no"];
        for (word, meant) in [
            ("pionts", Some("points")),
            ("Title", Some("title")),
            ("TO", Some("to")),
            ("too", Some("to")),
            ("waht", Some("what")),
            ("Always", Some("always")),
            ("colour", None),
            ("on", None),
            ("", None),
            ("x", None),
        ] {
            assert_eq!(suggest(word, keys), meant, "{word}");
        }
        assert_eq!(suggest("x", []), None);
        let long = "x".repeat(1 << 20);
        assert_eq!(suggest(&long, keys), None);
    }

    #[test]
    fn the_beginning_of_one_name_is_enough() {
        let labs = ["least-privilege", "least-surprise", "sre-app"];
        for (word, meant) in [
            ("least", None),
            ("least-p", Some("least-privilege")),
            ("Sre", Some("sre-app")),
            ("sr", None),
            ("sre-ap", Some("sre-app")),
            ("sre_app", Some("sre-app")),
        ] {
            assert_eq!(suggest(word, labs), meant, "{word}");
        }
    }

    #[test]
    fn the_question_quotes_the_name() {
        assert_eq!(did_you_mean("enabeld", ["enabled", "comes-back"]).as_deref(), Some("did you mean \"enabled\"?"));
        assert_eq!(did_you_mean("zzz", ["enabled"]), None);
    }
}
