#!/usr/bin/env bash
# Measures how long unitlab takes. Compares it with the least possible: a root made by hand and plain systemd-nspawn.
#
#   scripts/bench.sh [ROUNDS]              alternating rounds (default 10); prints medians and ratios
#   scripts/bench.sh --prove [ROUNDS]      also measures `unitlab course check` on the built-in course (minutes)
#   GOSS=/path/to/goss scripts/bench.sh    also compares `check --here` with goss (default: goss on PATH; else skipped)
#
# Needs root, a Rust toolchain, systemd-container and python3. Installs nothing. Removes everything that it made, also
# after Ctrl-C.
# It fails if something cannot run, never because something is slow.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
prove=
if [[ ${1:-} == --prove ]]; then prove=1; shift; fi
rounds=${1:-10}
# The limits that are printed beside the numbers. Exceeding one is not a failure.
limit_ready=1.3 limit_here=2.5 limit_goss=0.5 limit_memory=15 limit_own=150 limit_version=5 limit_prove=720
limit_list=20 limit_page=20 limit_key=5

fail() { printf 'bench.sh: %s\n' "$*" >&2; exit 2; }
[[ $rounds =~ ^[1-9][0-9]*$ ]] || fail "ROUNDS must be a number above 0, not \"$rounds\""
((EUID == 0)) || fail 'this needs root: it boots sandboxes'
for program in cargo systemd-nspawn python3 unshare; do
    command -v "$program" >/dev/null || fail "no $program on this machine"
done
# https://github.com/goss-org/goss checks servers too. Debian does not package it.
goss=${GOSS-$(command -v goss || true)}
[[ -z $goss || -x $goss ]] || fail "GOSS=$goss is not a program"

cargo build --release --locked --quiet
unitlab=${CARGO_TARGET_DIR:-target}/release/unitlab

# In /var/tmp, because learners' roots are on disk too.
work=$(mktemp -d /var/tmp/unitlab-bench.XXXXXX)
root=$work/raw
leaf=unitlab-bench-${work##*.}
base=655360000
export UNITLAB_ESTATE=$work/estate UNITLAB_STATE_DIR=$work/state LC_ALL=C.UTF-8
groups=()
raw_pid=
reader_pid=

clean_up() {
    trap '' INT TERM HUP
    end_raw || true
    if [[ -n $reader_pid ]]; then kill "$reader_pid" 2>/dev/null || true; fi
    "$unitlab" lab stop sre-app >/dev/null 2>&1 || true
    rm -rf --one-file-system -- "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

# --- the baseline -------------------------------------------------------------------------------------------------

# Makes the same kind of root with as few programs as possible, because starting programs takes most of the time.
make_raw_root() {
    mkdir -m 755 "$root" "$root"/{dev,etc,home,media,mnt,opt,proc,run,srv,sys,usr,usr/lib,usr/local,var} \
        "$root"/var/{cache,lib,log,opt,spool,log/journal} "$root"/etc/systemd{,/system} "$root"/home/learner
    mkdir -m 1777 "$root"/{tmp,var/tmp}
    mkdir -m 700 "$root/root"
    cp -P "${top_links[@]}" "$root"
    cp /usr/lib/os-release "$root/usr/lib"
    (cd /etc && cp -R -P --preserve=mode --parents "${etc[@]}" "$root/etc")
    find "$root/etc" -type f ! -perm -004 -delete
    sed -E '/^([^:]*:){2}[1-9][0-9]{3,}:/d; s/:[^:]*$/:\/usr\/sbin\/nologin/; s/^(root:.*:)[^:]*$/\1\/bin\/bash/' \
        /etc/passwd >"$root/etc/passwd"
    sed -E '/^([^:]*:){2}[1-9][0-9]{3,}:/d' /etc/group >"$root/etc/group"
    sed -E 's/:.*/:!:19000:0:99999:7:::/' "$root/etc/passwd" >"$root/etc/shadow"
    printf '127.0.0.1 localhost sandbox\n' >"$root/etc/hosts"
    printf 'sandbox\n' >"$root/etc/hostname"
    printf 'passwd: files systemd\ngroup: files systemd\nshadow: files\nhosts: files\n' >"$root/etc/nsswitch.conf"
    : >"$root/etc/fstab"
    local id unit
    read -r id </proc/sys/kernel/random/uuid
    printf '%s\n' "${id//-/}" >"$root/etc/machine-id"
    ln -s /usr/lib/systemd/system/multi-user.target "$root/etc/systemd/system/default.target"
    # An empty unit file masks the unit, and writing one starts no program.
    for unit in "${idle[@]}"; do
        : >"$root/etc/systemd/system/$unit"
    done
    chown -R -h "$base:$base" "$root"
}

# Lists the files to copy and the units to mask. This is not timed, because unitlab has these lists built in.
prepare_raw() {
    local name wants
    top_links=() etc=() idle=(console-getty.service getty.target systemd-firstboot.service)
    for name in /bin /sbin /lib /lib32 /lib64 /libx32; do
        if [[ -L $name ]]; then top_links+=("$name"); fi
    done
    for name in alternatives bash.bashrc bash_completion bash_completion.d bashrc crypto-policies dbus-1 debian_version \
        environment host.conf inputrc issue ld.so.cache ld.so.conf ld.so.conf.d libaudit.conf locale.alias locale.conf \
        localtime login.defs magic man_db.conf manpath.config mime.types nanorc networks pam.conf pam.d \
        pki/ca-trust/extracted pki/tls/certs profile profile.d protocols rpc screenrc security selinux/semanage.conf \
        services shells skel ssl/certs ssl/openssl.cnf terminfo timezone vim virc; do
        if [[ -e /etc/$name || -L /etc/$name ]]; then etc+=("$name"); fi
    done
    for wants in /usr/lib/systemd/system/{sysinit,basic,multi-user,local-fs,remote-fs,paths,sockets,timers}.target.wants/*; do
        name=${wants##*/}
        case $name in
        '*' | dbus* | systemd-journal* | systemd-logind.service | systemd-user-sessions.service) ;;
        systemd-tmpfiles-setup.service | systemd-sysctl.service | systemd-update-utmp.service) ;;
        *) idle+=("$name") ;;
        esac
    done
    # Every sandbox has its own control groups. If systemd is PID 1, it creates them.
    if [[ ! -d /run/systemd/system ]]; then
        while read -r _ mount kind options _; do
            case $kind,$options in
            cgroup2,* | cgroup,*name=systemd* | cgroup,*pids*) groups+=("$mount/$leaf") ;;
            esac
        done </proc/mounts
    fi
}

boot_raw() {
    local nspawn=(
        systemd-nspawn --quiet --boot --settings=no --register=no --keep-unit --private-network
        --private-users="$base:65536" --private-users-ownership=off --notify-ready=yes --console=pipe
        --link-journal=no --resolv-conf=off --timezone=off --hostname=sandbox --kill-signal=SIGRTMIN+3
        --directory="$root" --bind-ro=/usr:/usr:idmap --tmpfs=/usr/local --machine="$leaf"
    )
    local apart='mount -t tmpfs tmpfs /run/systemd/nspawn && exec "$@"'
    local command=(unshare --mount --propagation slave sh -c "$apart" sh "${nspawn[@]}")
    mkdir -p /run/systemd/nspawn
    if ((${#groups[@]})); then
        mkdir "${groups[@]}"
    else
        command=(systemd-run --scope --quiet --collect -p Delegate=yes --unit="$leaf" -- "${command[@]}")
    fi
    (
        for group in "${groups[@]}"; do echo "$BASHPID" >"$group/cgroup.procs"; done
        NOTIFY_SOCKET=$work/notify SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 exec "${command[@]}"
    ) </dev/null >"$work/console" 2>&1 &
    raw_pid=$!
}

# Prints "ready" when systemd-nspawn has sent READY=1, or "timeout" if nothing arrived for a minute.
read_notifications() {
    python3 - "$work/notify" <<'PYTHON'
import socket, sys
reader = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
reader.bind(sys.argv[1])
reader.settimeout(60)
print("listening", flush=True)
try:
    while "READY=1" not in reader.recv(4096).decode(errors="replace").split("\n"):
        pass
    print("ready", flush=True)
except TimeoutError:
    print("timeout", flush=True)
PYTHON
}

end_raw() {
    local group try
    if [[ -n $raw_pid ]]; then
        if ((${#groups[@]})); then
            for group in "${groups[@]}"; do
                if [[ -e $group/cgroup.kill ]]; then echo 1 >"$group/cgroup.kill"; fi
            done
        else
            systemctl --quiet kill --signal=KILL "$leaf.scope" 2>/dev/null || true
        fi
        wait "$raw_pid" 2>/dev/null || true
        raw_pid=
    fi
    for group in "${groups[@]}"; do
        # A killed process leaves a v1 group a moment later, and the kernel sends no notification.
        for ((try = 0; try < 100; try++)); do
            [[ -d $group ]] || break
            find "$group" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.02
        done
    done
    rm -rf --one-file-system -- "$root" "$work/notify"
}

# Prints a time in microseconds.
now() { printf '%s' "${EPOCHREALTIME/[.,]/}"; }

raw_round() {
    local begin word
    coproc reader { read_notifications; }
    reader_pid=$!
    local notifications=${reader[0]}
    read -r word <&"$notifications"
    begin=$(now)
    make_raw_root
    boot_raw
    read -r word <&"$notifications" || word=timeout
    took=$(($(now) - begin))
    wait "$reader_pid" || true
    reader_pid=
    [[ $word == ready ]] || fail "raw systemd-nspawn did not come up: $(tail -n 1 "$work/console")"
    end_raw
}

# --- unitlab ------------------------------------------------------------------------------------------------------

timed() {
    local begin code=0
    begin=$(now)
    "$@" >"$work/output" 2>&1 || code=$?
    took=$(($(now) - begin))
    # An untouched lab fails its checks; that is a valid result.
    ((code <= 1)) || fail "\`$*\` exited with $code: $(cat "$work/output")"
}

# What goss can see of sre-app's checks without a trial, in 8 assertions. It has no word for a unit's settings.
goss_assertions() {
    cat <<'YAML'
service:
  sre-app:
    enabled: true
    running: true
port:
  tcp:8000:
    listening: true
http:
  http://127.0.0.1:8000/:
    status: 200
    body: ["Runbooks of the payments team"]
command:
  systemctl show -p After,Restart,RestartUSec,User sre-app:
    exit-status: 0
    stdout: [network.target, Restart=always, RestartUSec=3s, User=sre-app]
file:
  /opt/sre-app/index.html:
    exists: true
YAML
}

# In a solved sandbox, runs `check --here`, `systemctl show` and goss in turns. Prints the three medians in microseconds,
# 0 for goss where there is none, and the largest memory of a check in KiB.
here_round() {
    if [[ $goss ]]; then
        "$unitlab" lab exec sre-app -- sh -c 'cat >/tmp/goss && chmod +x /tmp/goss' <"$goss"
        goss_assertions | "$unitlab" lab exec sre-app -- sh -c 'cat >/tmp/goss.yaml'
    fi
    "$unitlab" lab exec sre-app -- python3 -c "$(cat <<'PYTHON'
import os, statistics, time
CHECK = ("unitlab", "check", "sre-app", "--here", "--no-trials", "--format", "json")
SHOW = ("systemctl", "show", "sre-app.service")
GOSS = ("/tmp/goss", "--gossfile", "/tmp/goss.yaml", "validate")
def run(*argv):
    pid = os.fork()
    begin = time.perf_counter()
    if pid == 0:
        null = os.open("/dev/null", os.O_RDWR)
        os.dup2(null, 1)
        os.dup2(null, 2)
        os.execvp(argv[0], argv)
    _, status, usage = os.wait4(pid, 0)
    took = time.perf_counter() - begin
    code = os.waitstatus_to_exitcode(status)
    assert code == 0, f"{' '.join(argv)} exited with {code}"
    return took, usage.ru_maxrss
compared = [CHECK, SHOW] + [GOSS] * os.path.exists(GOSS[0])
times, memory = {argv: [] for argv in compared}, 0
for turn in range(20):
    for argv in compared:
        took, most = run(*argv)
        times[argv].append(took)
        memory = max(memory, most if argv == CHECK else 0)
medians = [round(statistics.median(times.get(argv, [0])) * 1e6) for argv in (CHECK, SHOW, GOSS)]
print(*medians, memory)
PYTHON
)"
}

# Runs the tutorial on a terminal of 24 rows. Prints the time from exec to the first bytes of the first page, and the
# median time of six keys from the key press to the first bytes of output, both in microseconds.
screen_round() {
    python3 - "$unitlab" <<'PYTHON'
import fcntl, os, pty, select, statistics, struct, sys, termios, time
ENTER = len(b"\x1b[?1049h\x1b[?7l\x1b[2J")
def drawn(terminal, begin, least=1):
    got = b""
    while len(got) < least:
        if not select.select([terminal], [], [], 20)[0]:
            sys.exit(f"the screen does not change: {got!r}")
        got += os.read(terminal, 65536)
    took = time.perf_counter() - begin
    # Read the rest of the frame. It is complete when no more output comes.
    while select.select([terminal], [], [], 0.1)[0]:
        os.read(terminal, 65536)
    return took
begin = time.perf_counter()
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    os.environ["TERM"] = "xterm-256color"
    os.execv(sys.argv[1], [sys.argv[1], "learn", "1"])
page = drawn(terminal, begin, ENTER + 1)
keys = []
for key in (b"n", b"p") * 3:
    begin = time.perf_counter()
    os.write(terminal, key)
    keys.append(drawn(terminal, begin))
os.write(terminal, b"q")
try:
    while os.read(terminal, 65536):
        pass
except OSError:
    pass  # EIO: the last program on the terminal has exited.
if status := os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]):
    sys.exit(f"unitlab learn exited with {status}")
print(round(page * 1e6), round(statistics.median(keys) * 1e6))
PYTHON
}

median() { printf '%s\n' "$@" | sort -n | awk '{all[NR] = $1} END {print (all[int((NR + 1) / 2)] + all[int((NR + 2) / 2)]) / 2}'; }
row() { awk -v name="$1" -v time="$(median "${@:2}")" 'BEGIN {printf "%-42s %8.1f ms\n", name, time / 1000}'; }

prepare_raw
ours=() raws=() twins=() checks=() plain=() versions=() lists=() pages=() keys=() heres=() shows=() gosses=() memories=() owns=()
for ((round = 1; round <= rounds; round++)); do
    timed "$unitlab" lab start sre-app --no-shell
    ours+=("$took")
    # Solve the lab, so that there is a service to kill that comes back.
    timed "$unitlab" lab solve sre-app --yes
    here=$(here_round)
    read -r check show beside memory <<<"$here"
    heres+=("$check") shows+=("$show") gosses+=("$beside") memories+=("$memory")
    timed "$unitlab" check sre-app --verbose
    checks+=("$took")
    waited=$(sed -n 's/.*waited for the boot \([0-9]*\) ms.*; own work \([0-9]*\) ms.*/\1 \2/p' "$work/output")
    read -r twin own <<<"$waited"
    [[ $twin && $own ]] || fail "`check --verbose` printed no durations: $(cat "$work/output")"
    twins+=("${twin}000") owns+=("${own}000")
    timed "$unitlab" check sre-app --no-trials
    plain+=("$took")
    timed "$unitlab" --version
    versions+=("$took")
    timed "$unitlab" list
    lists+=("$took")
    screen=$(screen_round) || fail '`unitlab learn` drew no page'
    read -r page key <<<"$screen"
    pages+=("$page") keys+=("$key")
    "$unitlab" lab stop sre-app >/dev/null
    rm -rf --one-file-system -- "$work/estate" "$work/state"
    raw_round
    raws+=("$took")
    if [[ -t 2 ]]; then printf '\rround %d of %d ' "$round" "$rounds" >&2; fi
done
if [[ -t 2 ]]; then printf '\r\033[K' >&2; fi

printf 'medians of %d alternating rounds · %s · Linux %s\n\n' "$rounds" "$(systemd-nspawn --version | head -n 1)" "$(uname -r)"
row 'sandbox ready: created, booted, scene laid' "${ours[@]}"
row 'raw: root by hand, systemd-nspawn --boot' "${raws[@]}"
row 'twin ready' "${twins[@]}"
row 'check of the solution, with trials' "${checks[@]}"
row 'own work: without boot, watch and restart' "${owns[@]}"
row 'check --no-trials' "${plain[@]}"
row 'inside: check --here --no-trials, JSON' "${heres[@]}"
row 'inside: systemctl show sre-app.service' "${shows[@]}"
if [[ $goss ]]; then row 'inside: goss with 8 assertions' "${gosses[@]}"; fi
row '--version' "${versions[@]}"
row 'list' "${lists[@]}"
row 'learn: from exec to the first page' "${pages[@]}"
row 'learn: from a key to its output' "${keys[@]}"
held() { awk -v what="$1" -v value="$2" -v unit="$3" -v limit="$4" 'BEGIN {printf "%s: %.2f %s (limit %s)%s\n", what, value, unit, limit, (value > limit ? "  ABOVE" : "")}'; }
ratio() { awk -v above="$1" -v below="$2" 'BEGIN {print above / below}'; }
ms() { awk -v time="$(median "$@")" 'BEGIN {print time / 1000}'; }
most() { printf '%s\n' "$@" | sort -n | tail -n 1; }
printf '\n'
held 'sandbox ready' "$(ratio "$(median "${ours[@]}")" "$(median "${raws[@]}")")" '× raw' $limit_ready
held 'check --here' "$(ratio "$(median "${heres[@]}")" "$(median "${shows[@]}")")" '× systemctl show' $limit_here
if [[ $goss ]]; then
    held 'check --here beside goss' "$(ratio "$(median "${heres[@]}")" "$(median "${gosses[@]}")")" '× goss' $limit_goss
else
    printf 'check --here beside goss: skipped, because there is no goss on PATH; name one by GOSS=/path/to/goss\n'
fi
held 'largest memory of a check' "$(ratio "$(most "${memories[@]}")" 1024)" MiB $limit_memory
held 'own work of a check with trials' "$(ms "${owns[@]}")" ms $limit_own
held '--version' "$(ms "${versions[@]}")" ms $limit_version
held 'list' "$(ms "${lists[@]}")" ms $limit_list
held 'the first page of learn' "$(ms "${pages[@]}")" ms $limit_page
held 'a key of learn' "$(ms "${keys[@]}")" ms $limit_key
if [[ $prove ]]; then
    timed "$unitlab" course check
    held 'course check' "$(ratio "$took" 1000000)" s $limit_prove
    sed 's/^/  /' "$work/output"
fi
