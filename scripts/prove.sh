#!/usr/bin/env bash
# Proves the whole course: every command of every chapter, and every case and mutant of every lab. Labs that differ from
# learner to learner are proven with three seeds. scripts/test.sh proves a part of it; tests/proofs/lab_cases.rs says which.
#
#   scripts/prove.sh                      everything
#   scripts/prove.sh --lab unit-surgery   the options of `unitlab course check`
#
# Needs root or sudo, a Rust toolchain, and what scripts/test.sh installs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec cargo run --release --locked --quiet -- course check . "$@"
