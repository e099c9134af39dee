#!/usr/bin/env bash
# Every lab and every live test on several versions of systemd, and a table of what comes out differently on them.
#
#   scripts/matrix.sh                      this machine, Debian trixie (systemd 257) and forky (262 and later)
#   scripts/matrix.sh host bookworm sid    other systems: `host` is this machine, another word a suite of Debian
#   scripts/matrix.sh /srv/tree            an OS tree that is there already
#   scripts/matrix.sh --labs …             only the labs: each of its cases and mutants, by `unitlab course check`
#   scripts/matrix.sh --tests …            only the live tests
#
# A suite's tree is made once, by debootstrap from this machine's own apt mirror, under
# ${XDG_CACHE_HOME:-~/.cache}/unitlab/trees/SUITE; remove it to have it made anew. Needs root and a Rust toolchain.
# Ends with 0 and "no differences" where all came out as it must everywhere, with 1 behind a table of what did not.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

fail() { printf 'matrix.sh: %s\n' "$*" >&2; exit 2; }
((EUID == 0)) || fail 'run it as root: it makes OS trees, and boots sandboxes on them'

trees=${XDG_CACHE_HOME:-$HOME/.cache}/unitlab/trees
# Those in whose sandboxes it matters which systemd runs. `lab_cases` is not among them: the labs are proven here anyway.
tests=(truths diagnoses kinds trials equal_answers unit_files sandbox_boots recorded hostile_unit_files)
packages=systemd,systemd-sysv,dbus,dbus-user-session,libpam-systemd,libnss-systemd,python3,iproute2,procps,sudo

with_labs=1 with_tests=1
case ${1:-} in
--labs) with_tests=0; shift ;;
--tests) with_labs=0; shift ;;
-*) fail "what is $1? The head of this script says what there is" ;;
esac
(($#)) || set -- host trixie forky

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

version_of() {
    find "$1"/usr/lib/systemd "$1"/usr/lib/*/systemd -maxdepth 1 -name 'libsystemd-shared-*.so' 2>/dev/null |
        sed -n 's/.*libsystemd-shared-\([0-9]*\).*/\1/p' | sort -u | head -n 1
}

# --- what there is to run it on -----------------------------------------------------------------------------------

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
args=()
for test in "${tests[@]}"; do args+=(--test "$test"); done
# The labs by the program as it is handed out, the tests as `scripts/test.sh` runs them.
if ((with_labs)); then cargo build --release --locked --quiet; fi
if ((with_tests)); then cargo test --locked --quiet --no-run "${args[@]}"; fi
unitlab=${CARGO_TARGET_DIR:-target}/release/unitlab

work=$(mktemp -d /var/tmp/unitlab-matrix.XXXXXX)
trap 'rm -rf --one-file-system -- "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP
export UNITLAB_STATE_DIR=$work/state LC_ALL=C.UTF-8
# Of all that came out: what it is, the column, how it came out.
results=$work/results
: >"$results"

# --- running it ---------------------------------------------------------------------------------------------------

# A line for each case and mutant of each lab.
prove_labs() {
    local column=$1 root=$2 said=$work/labs code=0 tree=()
    if [[ $root != / ]]; then tree=(--os-tree "$root"); fi
    "$unitlab" --estate "$work/estate" course check -v "${tree[@]}" >"$said.out" 2>"$said" || code=$?
    sed -nE "s|^([^ ].*) \([0-9.]+ s\): (.*)\$|lab \1\t$column\t\2|p" "$said" | sed 's/\tas it must be$/\tok/' >>"$results"
    case $code in
    0 | 3 | 4) ;;
    130) exit 130 ;;
    *) cat "$said" "$said.out" >&2; fail "\`unitlab course check\` ended with $code on $column" ;;
    esac
    # A check that nothing fails, say, is no case's doing.
    if ((code)) && ! grep -qP "^lab .*\t$column\t(?!ok\$)" "$results"; then
        cat "$said.out" >&2
        printf 'the course\t%s\texit code %d\n' "$column" "$code" >>"$results"
    fi
}

# A line for each test.
run_tests() {
    local column=$1 root=$2 test said code
    local -x UNITLAB_REQUIRE_SANDBOX=1 UNITLAB_REQUIRE_TOOLS=1 INSTA_UPDATE=no
    if [[ $root != / ]]; then local -x UNITLAB_TEST_OS_TREE=$root; fi
    for test in "${tests[@]}"; do
        said=$work/$test code=0
        cargo test --locked --no-fail-fast --test "$test" >"$said" 2>&1 || code=$?
        sed -nE "s/^test (.*) \.\.\. (ok|FAILED|ignored).*/test $test \1\t$column\t\2/p" "$said" |
            grep -v $'\tignored$' >>"$results" || true
        ((code == 0)) || cat "$said" >&2
        # One that did not get as far as its tests.
        ((code == 0)) || grep -q '^test result: FAILED' "$said" ||
            printf 'test %s\t%s\texit code %d\n' "$test" "$column" "$code" >>"$results"
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

# --- what differs -------------------------------------------------------------------------------------------------

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
