#!/usr/bin/env bash
# Installs missing packages, then runs every check that a change must pass.
#
#   scripts/test.sh            everything
#   scripts/test.sh reboot     only the tests whose names contain "reboot"
#
# At the end it prints how long each step took.
#
# Needs a Rust toolchain, and root or sudo. As root, or with CI=true, a test that needs a sandbox fails if none can
# run. Otherwise it is ignored, with the reason.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
exec </dev/null

(($# <= 1)) || { printf 'test.sh: give one part of a test name\n' >&2; exit 2; }

step() { printf '\n==> %s\n' "$*"; }
fail() { printf 'test.sh: %s\n' "$*" >&2; exit 1; }

# Each package with a file that it installs, as globs. This is faster than a package manager, and works without apt.
needed=(
    'systemd-container /usr/bin/systemd-nspawn'
    'dbus              /usr/bin/dbus-daemon'
    'libpam-systemd    /usr/lib/*/security/pam_systemd.so /usr/lib*/security/pam_systemd.so'
    'dbus-user-session /usr/lib/systemd/user/dbus.socket'
    'sudo              /usr/bin/sudo'
    'curl              /usr/bin/curl'
    'nano              /usr/bin/editor /usr/bin/nano /usr/bin/vim /usr/bin/vi'
    'procps            /usr/bin/ps'
    'iproute2          /usr/bin/ss'
    'python3           /usr/bin/python3'
    'libxml2-utils     /usr/bin/xmllint'
    'perl              /usr/share/perl/*/TAP/Parser.pm /usr/share/perl5/*/TAP/Parser.pm /usr/share/perl5/TAP/Parser.pm'
)

missing=()
for line in "${needed[@]}"; do
    read -r package rest <<<"$line"
    found=
    read -ra globs <<<"$rest"
    for glob in "${globs[@]}"; do
        found+=$(compgen -G "$glob" || true)
    done
    [[ -n $found ]] || missing+=("$package")
done
if ((${#missing[@]})); then
    step "installing ${missing[*]}"
    command -v apt-get >/dev/null || fail "install these with this system's package manager: ${missing[*]}"
    as_root=()
    if ((EUID != 0)); then
        command -v sudo >/dev/null || fail "not root and no sudo: as root, apt-get install ${missing[*]}"
        as_root=(sudo)
    fi
    "${as_root[@]}" apt-get update -q
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -qy --no-install-recommends "${missing[@]}"
fi

command -v cargo >/dev/null || PATH=$HOME/.cargo/bin:$PATH
command -v cargo >/dev/null || fail 'no cargo: install a Rust toolchain from https://rustup.rs'

if [[ ${CI:-} == true ]] || ((EUID == 0)); then
    export UNITLAB_REQUIRE_SANDBOX=1
fi
# A snapshot that differs is a failure. Do not write new snapshots.
export INSTA_UPDATE=no

# What each step took, and which test programs failed.
times=() failed=()
print_times() {
    ((${#times[@]})) || return 0
    step 'time of each step'
    printf '%s\n' "${times[@]}"
}
trap print_times EXIT

# Runs a step of this name. Returns its exit status.
run() {
    local name=$1 begun=$EPOCHREALTIME code=0 took
    shift
    step "$name"
    "$@" || code=$?
    took=$((${EPOCHREALTIME/[.,]/} - ${begun/[.,]/}))
    times+=("$(printf '%6d.%d s  %s' $((took / 1000000)) $((took / 100000 % 10)) "$name")")
    return $code
}

# Runs one test program. If it fails, the next ones run too. Tests press Ctrl-C and close terminals, so no signal may be
# ignored, as after nohup(1) or in the background of a script.
run_tests() {
    local name=$1
    shift
    run "$name" env --default-signal=HUP,INT,QUIT,TERM "$@" || failed+=("$name")
}

if (($# == 0)); then
    run 'cargo fmt --check' cargo fmt --check
    run 'cargo clippy' cargo clippy --locked --all-targets -- -D warnings
fi
run 'build of the tests' cargo test --locked --no-run
# Some unit tests are ignored, because they need programs that read reports. These are installed above.
run_tests 'unit tests' cargo test --locked --lib -- --include-ignored "$@"
for program in fast sandbox proofs; do
    run_tests "tests/$program" cargo test --locked --test "$program" -- "$@"
done
if (($# == 0)); then
    RUSTDOCFLAGS='-D warnings' run 'cargo doc' cargo doc --locked --no-deps --document-private-items
fi
((${#failed[@]} == 0)) || fail "failed: ${failed[*]}"
if (($# == 0)); then
    step 'everything passed'
fi
