//! Derives a learner's variant of a lab from a seed, the same at any time and on any machine.

use std::collections::BTreeMap;

use crate::model::{Choice, Variable};

/// Returns the value of every variable for this seed, by name.
#[must_use]
pub fn values(variables: &[Variable], seed: u32) -> BTreeMap<String, String> {
    let mut values = BTreeMap::new();
    for variable in variables {
        let mut random = RandomNumbers::new(seed, &variable.name);
        match &variable.choice {
            Choice::Pick(words) => {
                let word = random.below(words.len());
                values.extend(words.get(word).map(|word| (variable.name.clone(), word.clone())));
            }
            Choice::Range(from, to) => {
                let count = usize::try_from(to - from + 1).unwrap_or(1);
                let offset = i64::try_from(random.below(count)).unwrap_or(0);
                values.insert(variable.name.clone(), (from + offset).to_string());
            }
            Choice::Deal { items, places } => {
                let mut items = items.clone();
                // Fisher-Yates shuffle: every order is equally likely.
                for last in (1..items.len()).rev() {
                    items.swap(last, random.below(last + 1));
                }
                let dealt = places.iter().zip(items).map(|(place, card)| (format!("{}.{place}", variable.name), card));
                values.extend(dealt);
            }
        }
    }
    values
}

/// Derives a seed from strings that identify the learner, the machine and the lab.
#[must_use]
pub fn seed_of(parts: &[&str]) -> u32 {
    let hash = RandomNumbers::new(0, &parts.join("\u{1f}")).next();
    u32::try_from(hash >> 32).unwrap_or(0)
}

/// A sequence of pseudo-random numbers (splitmix64, not for secrets). It starts from an FNV-1a hash of seed and name, so
/// that a new variable in a lab does not change the others.
struct RandomNumbers(u64);

impl RandomNumbers {
    fn new(seed: u32, name: &str) -> Self {
        let bytes = seed.to_le_bytes();
        let hash = bytes
            .iter()
            .chain(name.as_bytes())
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3));
        Self(hash)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// Returns a number below `bound`, which counts as at least 1.
    fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(1).max(1);
        usize::try_from(self.next() % bound).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::{seed_of, values};
    use crate::model::{Choice, Variable};

    fn variables() -> Vec<Variable> {
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        let variable = |name: &str, choice| Variable { name: name.to_owned(), choice };
        vec![
            variable("name", Choice::Pick(words(&["ada", "bob", "eve"]))),
            variable("port", Choice::Range(8100, 8199)),
            variable("fault", Choice::Deal { items: words(&["x", "y", "z"]), places: words(&["a", "b", "c"]) }),
        ]
    }

    #[test]
    fn a_seed_always_gives_the_same_values() {
        let drawn = values(&variables(), 7);
        assert_eq!(drawn, values(&variables(), 7));
        // A new version of unitlab must not change a learner's lab.
        insta::assert_debug_snapshot!(drawn);
        let mut more = variables();
        more.insert(0, Variable { name: "new".into(), choice: Choice::Range(0, 9) });
        assert!(drawn.iter().all(|(name, value)| values(&more, 7).get(name) == Some(value)));
    }

    #[test]
    fn values_are_distributed_evenly() {
        let all: Vec<_> = (0..600).map(|seed| values(&variables(), seed)).collect();
        for name in ["ada", "bob", "eve"] {
            let share = all.iter().filter(|drawn| drawn["name"] == name).count();
            assert!((140..260).contains(&share), "{name}: {share} of 600");
        }
        let mut orders = std::collections::BTreeSet::new();
        for drawn in &all {
            assert!((8100..=8199).contains(&drawn["port"].parse::<i64>().unwrap()));
            let mut items = [&drawn["fault.a"], &drawn["fault.b"], &drawn["fault.c"]];
            orders.insert(items.map(Clone::clone));
            items.sort();
            assert_eq!(items, ["x", "y", "z"]);
        }
        assert_eq!(orders.len(), 6);
    }

    #[test]
    fn seeds_differ_by_learner_machine_and_lab() {
        let seed = seed_of(&["mira", "machine", "lab"]);
        assert_eq!(seed, seed_of(&["mira", "machine", "lab"]));
        for other in [["jonas", "machine", "lab"], ["mira", "other", "lab"], ["mira", "machine", "other"]] {
            assert_ne!(seed, seed_of(&other));
        }
    }
}
