#!/usr/bin/env bash
# Runs every lab and every live test on several versions of systemd, and prints a table of the differences.
#
#   scripts/matrix.sh                      this machine, Debian trixie (systemd 257) and forky (262 and later)
#   scripts/matrix.sh host bookworm sid    other systems: `host` is this machine, other names are Debian suites
#   scripts/matrix.sh /srv/tree            an existing OS tree
#   scripts/matrix.sh --labs …             only the labs: all their cases and mutants, with `unitlab course check`
#   scripts/matrix.sh --tests …            only the live tests
#
# Makes the tree of a suite once, with debootstrap from this machine's own apt mirror, in
# ${XDG_CACHE_HOME:-~/.cache}/unitlab/trees/SUITE. Remove the directory to make it again. Needs root and a Rust toolchain.
# Exits with 0 and prints "no differences" if every result is as expected on every version; else prints a table and
# exits with 1.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

fail() { printf 'matrix.sh: %s\n' "$*" >&2; exit 2; }
((EUID == 0)) || fail 'run this as root: it makes OS trees and boots sandboxes'

trees=${XDG_CACHE_HOME:-$HOME/.cache}/unitlab/trees
# The modules of tests/sandbox whose results can depend on the version of systemd.
modules=(truths diagnoses kinds trials equal_answers unit_files sandbox_boots recorded_facts hostile_unit_files)
packages=systemd,systemd-sysv,dbus,dbus-user-session,libpam-systemd,libnss-systemd,python3,iproute2,procps,sudo

with_labs=1 with_tests=1
case ${1:-} in
--labs) with_tests=0; shift ;;
--tests) with_labs=0; shift ;;
-*) fail "unknown option $1; the comment at the top of this script lists the options" ;;
esac
(($#)) || set -- host trixie forky

# Prints the apt mirror of this machine.
mirror() {
    local uri
    uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 2>/dev/null | grep -vm1 security || true)
    printf '%s\n' "${uri:-http://deb.debian.org/debian}"
}

# Makes the tree of a suite. It gets its final name when it is complete.
make_tree() {
    local suite=$1 tree=$trees/$1 script=/usr/share/debootstrap/scripts/$1
    command -v debootstrap >/dev/null || fail 'no debootstrap: apt-get install debootstrap'
    # For a suite that this debootstrap does not know, use the script of sid.
    [[ -e $script ]] || script=/usr/share/debootstrap/scripts/sid
    mkdir -p "$trees"
    rm -rf --one-file-system "$tree.new"
    printf 'making a tree of %s …\n' "$suite" >&2
    if ! debootstrap --variant=minbase --include="$packages" "$suite" "$tree.new" "$(mirror)" "$script" \
        >"$tree.log" 2>&1; then
        tail -n 5 "$tree.log" >&2
        fail "debootstrap failed for $suite (its output: $tree.log)"
    fi
    mv "$tree.new" "$tree"
}

version_of() {
    find "$1"/usr/lib/systemd "$1"/usr/lib/*/systemd -maxdepth 1 -name 'libsystemd-shared-*.so' 2>/dev/null |
        sed -n 's/.*libsystemd-shared-\([0-9]*\).*/\1/p' | sort -u | head -n 1
}

# --- the systems to test -----------------------------------------------------------------------------------------

columns=() roots=()
for wanted; do
    case $wanted in
    host) root=/ ;;
    */*) root=$(realpath -e "$wanted") || fail "there is no tree $wanted" ;;
    *)
        [[ -d $trees/$wanted ]] || make_tree "$wanted"
        root=$trees/$wanted
        ;;
    esac
    column=$(version_of "$root")
    [[ -n $column ]] || fail "no systemd in $root"
    # Two trees may hold the same version.
    [[ " ${columns[*]} " != *" $column "* ]] || column+=/${wanted##*/}
    columns+=("$column") roots+=("$root")
done

command -v cargo >/dev/null || PATH=$HOME/.cargo/bin:$PATH
command -v cargo >/dev/null || fail 'no cargo: install a Rust toolchain from https://rustup.rs'
# A release build proves the labs; the tests run as in `scripts/test.sh`.
if ((with_labs)); then cargo build --release --locked --quiet; fi
if ((with_tests)); then cargo test --locked --quiet --no-run --test sandbox; fi
unitlab=${CARGO_TARGET_DIR:-target}/release/unitlab

work=$(mktemp -d /var/tmp/unitlab-matrix.XXXXXX)
trap 'rm -rf --one-file-system -- "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
export UNITLAB_STATE_DIR=$work/state LC_ALL=C.UTF-8
# One line for each result: name, column, outcome.
results=$work/results
: >"$results"

# --- the runs -----------------------------------------------------------------------------------------------------

# Adds a line for each case and mutant of each lab.
prove_labs() {
    local column=$1 root=$2 output=$work/labs code=0 tree=()
    if [[ $root != / ]]; then tree=(--os-tree "$root"); fi
    "$unitlab" --estate "$work/estate" course check -v "${tree[@]}" >"$output.out" 2>"$output" || code=$?
    sed -nE "s|^([^ ].*) \([0-9.]+ s\): (.*)\$|lab \1\t$column\t\2|p" "$output" | sed 's/\tas expected$/\tok/' >>"$results"
    case $code in
    0 | 3 | 4) ;;
    130) exit 130 ;;
    *) cat "$output" "$output.out" >&2; fail "\`unitlab course check\` exited with $code on $column" ;;
    esac
    # Other mistakes belong to no case: for example, a check that no case fails.
    if ((code)) && ! grep -qP "^lab .*\t$column\t(?!ok\$)" "$results"; then
        cat "$output.out" >&2
        printf 'the course\t%s\texit code %d\n' "$column" "$code" >>"$results"
    fi
}

# Adds a line for each test.
run_tests() {
    local column=$1 root=$2 module output code
    local -x UNITLAB_REQUIRE_SANDBOX=1 INSTA_UPDATE=no
    if [[ $root != / ]]; then local -x UNITLAB_TEST_OS_TREE=$root; fi
    for module in "${modules[@]}"; do
        output=$work/$module code=0
        cargo test --locked --test sandbox -- "$module::" >"$output" 2>&1 || code=$?
        sed -nE "s/^test ([^ ]+) +\.\.\. (ok|FAILED|ignored).*/test \1\t$column\t\2/p" "$output" |
            grep -v $'\tignored$' >>"$results" || true
        ((code == 0)) || cat "$output" >&2
        # The test program failed before its tests ran.
        ((code == 0)) || grep -q '^test result: FAILED' "$output" ||
            printf 'test %s\t%s\texit code %d\n' "$module" "$column" "$code" >>"$results"
    done
}

counted() { awk -F '\t' -v kind="$1" -v column="$2" '$2 == column && index($1, kind) == 1' "$results" | wc -l; }

for index in "${!columns[@]}"; do
    column=${columns[index]} root=${roots[index]} begun=$SECONDS
    if ((with_labs)); then prove_labs "$column" "$root"; fi
    if ((with_tests)); then run_tests "$column" "$root"; fi
    printf 'systemd %-8s %-40s %4d cases of labs, %3d tests, %d s\n' \
        "$column" "$root" "$(counted 'lab ' "$column")" "$(counted 'test ' "$column")" $((SECONDS - begun))
done

# --- differences --------------------------------------------------------------------------------------------------

[[ -s $results ]] || fail 'nothing was run'
printf '\n'
awk -F '\t' -v columns="${columns[*]}" '
    { how[$1, $2] = $3; if (!($1 in seen)) { seen[$1]; order[++count] = $1 } }
    END {
        many = split(columns, column, " ")
        for (row = 1; row <= count; row++) {
            differs = 0
            for (at = 1; at <= many; at++) {
                outcome = (order[row], column[at]) in how ? how[order[row], column[at]] : "not run"
                if (outcome != "ok") { differs = 1; why[++words] = column[at] ", " order[row] ": " outcome }
                cell[at] = outcome == "ok" ? "ok" : outcome == "not run" ? outcome : "differs"
            }
            if (!differs) continue
            if (!any++) {
                printf "%-60s", ""
                for (at = 1; at <= many; at++) printf " %-8s", column[at]
                print ""
            }
            printf "%-60s", order[row]
            for (at = 1; at <= many; at++) printf " %-8s", cell[at]
            print ""
        }
        if (!any) { print "no differences"; exit 0 }
        print ""
        for (at = 1; at <= words; at++) print why[at]
        exit 1
    }' "$results"
