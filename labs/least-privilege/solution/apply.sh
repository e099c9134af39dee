#!/bin/sh
# Right from the bare scene and from half-done work: an account, drop-ins or a socket unit may be there already.
set -eu
systemctl stop returns.service returns.socket 2>/dev/null || true
systemctl disable returns.service returns.socket 2>/dev/null || true
rm -f /etc/systemd/system/returns.socket
id returns >/dev/null 2>&1 || useradd --system --shell /usr/sbin/nologin returns
usermod --shell /usr/sbin/nologin --groups '' returns
# Read the key, and no more.
chown root:returns /etc/returns/key
chmod 640 /etc/returns/key
chown root:root /etc/returns /opt/returns /opt/returns/returns.py
chmod 755 /etc/returns /opt/returns
chmod 644 /opt/returns/returns.py
systemctl revert returns.service
systemctl daemon-reload
systemctl enable returns.service
systemctl reset-failed returns.service
systemctl restart returns.service
