#!/usr/bin/env bash
# Proves the whole course: every command of every chapter, every case and every mutant of every lab, and each lab that
# differs from learner to learner with three seeds. scripts/test.sh runs a share of it (tests/lab_cases.rs says which).
#
#   scripts/prove.sh                      everything
#   scripts/prove.sh --lab unit-surgery   what `unitlab course check` takes
#
# Needs root or sudo, a Rust toolchain, and what scripts/test.sh installs.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec cargo run --release --locked --quiet -- course check . "$@"
