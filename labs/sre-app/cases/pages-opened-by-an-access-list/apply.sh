#!/bin/sh
set -eu
useradd --system --shell /usr/sbin/nologin sre-app
# What `setfacl -m u:sre-app:rw` does, on a machine that may not have it.
python3 - <<'PYTHON'
import os, pwd, struct
def entry(tag, permissions, number=0xffffffff):
    return struct.pack("<HHI", tag, permissions, number)
owner, user, group, mask, other = 1, 2, 4, 16, 32
entries = entry(owner, 6) + entry(user, 6, pwd.getpwnam("sre-app").pw_uid) + entry(group, 4) + entry(mask, 6) + entry(other, 4)
os.setxattr("/opt/sre-app/index.html", "system.posix_acl_access", struct.pack("<I", 2) + entries)
PYTHON
# It is in force.
runuser -u sre-app -- test -w /opt/sre-app/index.html
systemctl daemon-reload
systemctl enable --now sre-app.service
