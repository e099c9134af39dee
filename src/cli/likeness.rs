//! Which of the known names a misspelt one was probably meant to be.

/// Below this, two names have only letters in common.
const ALIKE: f64 = 0.7;

/// The most similar of these names, if any is similar at all.
fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let likeness = |known: &str| strsim::jaro_winkler(known, name);
    let most = known.into_iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
    most.filter(|known| likeness(known) > ALIKE)
}

/// `; did you mean "enabled"?`, or nothing.
pub(super) fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, known).map_or_else(String::new, |near| format!("; did you mean {near:?}?"))
}

#[cfg(test)]
mod tests {
    use super::did_you_mean;

    #[test]
    fn only_what_is_alike_is_meant() {
        let known = ["enabled", "comes-back"];
        assert_eq!(did_you_mean("enabeld", known), "; did you mean \"enabled\"?");
        assert_eq!(did_you_mean("zzz", known), "");
        assert_eq!(did_you_mean("x", []), "");
    }
}
