#!/usr/bin/env bash
# Proves the same verdicts on other systemd versions: boots the tests' sandboxes on OS trees other than this machine's.
#
#   scripts/os-trees.sh                  trees of Debian trixie (systemd 257) and forky (262 and later)
#   scripts/os-trees.sh bookworm sid     other suites
#   scripts/os-trees.sh /srv/tree        a tree that is there already
#
# A suite's tree is made once, by debootstrap from this machine's own apt mirror, under
# ${XDG_CACHE_HOME:-~/.cache}/unitlab/trees/SUITE; remove it to have it made anew. Needs root and a Rust toolchain.
# Prints a line for each tree, and ends with 1 if a test failed on one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

fail() { printf 'os-trees.sh: %s\n' "$*" >&2; exit 1; }
((EUID == 0)) || fail 'run it as root: it makes OS trees, and boots sandboxes on them'

trees=${XDG_CACHE_HOME:-$HOME/.cache}/unitlab/trees
tests=(truths lab_cases sandbox_boots recorded hostile_unit_files)
packages=systemd,systemd-sysv,dbus,dbus-user-session,libpam-systemd,libnss-systemd,python3,iproute2,procps,sudo

# Where this machine itself gets its packages from.
mirror() {
    local uri
    uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | grep -vm1 security || true)
    printf '%s\n' "${uri:-http://deb.debian.org/debian}"
}

# Makes a suite's tree where it will be found, under its name only once it is whole.
make_tree() {
    local suite=$1 tree=$trees/$1 script=/usr/share/debootstrap/scripts/$1
    command -v debootstrap >/dev/null || fail 'no debootstrap: apt-get install debootstrap'
    # A suite newer than this debootstrap is made as sid is.
    [[ -e $script ]] || script=/usr/share/debootstrap/scripts/sid
    mkdir -p "$trees"
    rm -rf --one-file-system "$tree.new"
    printf 'making a tree of %s …\n' "$suite" >&2
    if ! debootstrap --variant=minbase --include="$packages" "$suite" "$tree.new" "$(mirror)" "$script" \
        >"$tree.log" 2>&1; then
        tail -n 5 "$tree.log" >&2
        fail "debootstrap could not make $suite (all it said: $tree.log)"
    fi
    mv "$tree.new" "$tree"
}

(($#)) || set -- trixie forky
export UNITLAB_REQUIRE_SANDBOX=1 INSTA_UPDATE=no
args=()
for test in "${tests[@]}"; do args+=(--test "$test"); done
command -v cargo >/dev/null || PATH=$HOME/.cargo/bin:$PATH
cargo test --locked --no-run "${args[@]}"

failed=0
for wanted; do
    tree=$wanted
    if [[ $wanted != */* ]]; then
        tree=$trees/$wanted
        [[ -d $tree ]] || make_tree "$wanted"
    fi
    tree=$(realpath -e "$tree") || fail "there is no tree $wanted"
    version=$(find "$tree"/usr/lib/systemd "$tree"/usr/lib/*/systemd -maxdepth 1 -name 'libsystemd-shared-*.so' 2>/dev/null |
        sed -n 's/.*libsystemd-shared-\([0-9]*\).*/\1/p' | sort -u | head -n 1)
    said=$(mktemp)
    verdict=passed
    if ! UNITLAB_TEST_OS_TREE=$tree cargo test --locked --no-fail-fast "${args[@]}" >"$said" 2>&1; then
        verdict=FAILED failed=1
        cat "$said" >&2
    fi
    counts=$(sed -n 's/^test result: [^.]*\. \([0-9]*\) passed; \([0-9]*\) failed.*/\1 \2/p' "$said" |
        awk '{ passed += $1; failed += $2 } END { printf "%d passed, %d failed", passed, failed }')
    rm -f "$said"
    printf '%-8s systemd %-4s %s: %s\n' "$verdict" "${version:-?}" "$tree" "$counts"
done
exit $failed
