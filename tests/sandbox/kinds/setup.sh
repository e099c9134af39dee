#!/bin/sh
# The scene of tests/kinds.rs: the right, wrong and unusual units that its tables name, all in one sandbox.
set -eu
mkdir -p /opt/bin /opt/web /opt/ro /opt/owned /etc/k /mnt/k /srv/sticky

cat > /opt/bin/listen <<'PY'
#!/usr/bin/python3
"""listen ADDRESS PORT [tcp|udp] [v6only]: holds a port and says so."""
import os, socket, sys, signal
address, port = sys.argv[1], int(sys.argv[2])
kind = socket.SOCK_DGRAM if "udp" in sys.argv else socket.SOCK_STREAM
family = socket.AF_INET6 if ":" in address else socket.AF_INET
s = socket.socket(family, kind)
if "v6only" in sys.argv:
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
s.bind((address, port))
if kind == socket.SOCK_STREAM:
    s.listen()
print(f"holds {port}", flush=True)
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"READY=1", os.environ["NOTIFY_SOCKET"].replace("@", "\0"))
signal.pause()
PY
cat > /opt/bin/activated <<'PY'
#!/usr/bin/python3
"""Serves HTTP on the socket that systemd hands over."""
import http.server, socket, socketserver
class Server(socketserver.TCPServer):
    def __init__(self):
        super().__init__(None, http.server.SimpleHTTPRequestHandler, bind_and_activate=False)
        self.socket = socket.socket(fileno=3)
    def server_bind(self): pass
Server().serve_forever()
PY
cat > /opt/bin/drops <<'PY'
#!/usr/bin/python3
"""Gives up root by itself."""
import os, pwd, signal, socket
own = pwd.getpwnam("dropped")
os.setgroups([]); os.setgid(own.pw_gid); os.setuid(own.pw_uid)
socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"READY=1", os.environ["NOTIFY_SOCKET"].replace("@", "\0"))
signal.pause()
PY
cat > /opt/bin/a-name-longer-than-the-kernel-keeps <<'SH'
#!/bin/sh
printf 'bytes \377\033[31m here\n'
while :; do sleep 1000; done
SH
chmod 0755 /opt/bin/*

for name in web dropped both ro owned switcher; do useradd --system --shell /usr/sbin/nologin "$name"; done
useradd --system --shell /bin/bash shelly
useradd --system --shell /bin/bash expired
chage -E 1 expired
cp /bin/bash /opt/bin/nologin
useradd --system --shell /opt/bin/nologin fake
useradd --no-create-home --shell /usr/sbin/nologin plain

unit() { # NAME, lines of [Service]
  case $2 in */listen*|*/drops*) ready=notify ;; *) ready=exec ;; esac
  printf '[Service]\nType=%s\n%b\n' "$ready" "$2" > "/etc/systemd/system/$1.service"
}
enabled() {
  unit "$1" "$2"
  printf '[Install]\nWantedBy=multi-user.target\n' >> "/etc/systemd/system/$1.service"
  systemctl enable --quiet "$1.service"
}
enabled web 'User=web\nWorkingDirectory=/opt/web\nExecStart=/opt/bin/listen 0.0.0.0 8101\nPrivateTmp=yes'
unit v6 'DynamicUser=yes\nExecStart=/opt/bin/listen :: 8102 v6only'
unit lo 'User=nobody\nExecStart=/opt/bin/listen 127.0.0.1 8103'
unit orphan 'ExecStart=/opt/bin/listen 0.0.0.0 8104'
unit late 'ExecStart=/opt/bin/listen 0.0.0.0 8104'
unit sock 'ExecStart=/opt/bin/activated\nWorkingDirectory=/opt/web'
printf '[Socket]\nListenStream=8105\n' > /etc/systemd/system/sock.socket
unit probed 'ExecStart=/opt/bin/activated\nWorkingDirectory=/opt/web'
printf '[Socket]\nListenStream=8106\n' > /etc/systemd/system/probed.socket
unit udp 'User=plain\nExecStart=/opt/bin/listen 127.0.0.1 8108 udp'
unit private 'PrivateNetwork=yes\nExecStart=/opt/bin/listen 0.0.0.0 8109'
unit person 'User=learner\nExecStart=/usr/bin/sleep inf'
unit shelly 'User=shelly\nExecStart=/usr/bin/sleep inf'
unit expired 'User=expired\nExecStart=/usr/bin/sleep inf'
unit fake 'User=fake\nExecStart=/usr/bin/sleep inf'
unit web-grp 'User=web\nSupplementaryGroups=sudo\nExecStart=/usr/bin/sleep inf'
unit alpha 'User=both\nExecStart=/usr/bin/sleep inf'
unit beta 'User=both\nExecStart=/usr/bin/sleep inf'
unit rooted 'ExecStart=/usr/bin/sleep inf'
unit drops 'ExecStart=/opt/bin/drops'
unit ghost 'User=ghost\nExecStart=/usr/bin/sleep inf'
unit long 'ExecStart=/opt/bin/a-name-longer-than-the-kernel-keeps'
unit desc 'ExecStart=/usr/bin/sleep inf\n[Unit]\nDescription=secret needle'
unit null 'StandardOutput=null\nExecStart=/opt/bin/listen 127.0.0.1 8110'
enabled stale 'ExecStart=/usr/bin/sleep 100001'
enabled switch 'User=switcher\nExecStart=/usr/bin/sleep inf'
unit ro 'User=ro\nReadOnlyPaths=/opt/ro\nExecStart=/usr/bin/sleep inf'
unit owned 'User=owned\nExecStart=/usr/bin/sleep inf'

systemctl daemon-reload
systemctl start orphan sock.socket probed.socket web v6 lo udp private person shelly expired fake web-grp alpha beta
systemctl start rooted drops long desc null stale switch ro owned
systemctl start ghost || true
# stale: reloaded but not restarted. switch: changed but not reloaded.
sed -i 's/100001/100002/' /etc/systemd/system/stale.service
systemctl daemon-reload
sed -i 's/^User=.*/User=nobody/' /etc/systemd/system/switch.service

printf 'first\nkey = value\n' > /etc/k/right; chmod 0640 /etc/k/right; chown root:adm /etc/k/right
printf x > /etc/k/open; chmod 0666 /etc/k/open
printf x > '/etc/k/with blank'
mkfifo /etc/k/fifo
ln -s /dev/zero /etc/k/zero
ln -s loop /etc/k/loop
ln -s right /etc/k/link
printf x > /etc/k/named
: > /etc/k/empty
chown owned /etc/k/named
truncate -s 1G /etc/k/gigabyte
mount -t tmpfs tmpfs /mnt/k && printf x > /mnt/k/mounted
printf x > /run/k-volatile
printf x > /opt/ro/data; chown -R ro /opt/ro
printf x > /opt/owned/page; chown owned /opt/owned
chmod 1777 /srv/sticky; printf x > /srv/sticky/page
mkdir -p /opt/link-target; ln -s /opt/web /opt/link
