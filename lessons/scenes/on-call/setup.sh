#!/bin/sh
# Puts a second bell.service under /run, with all this chapter's units known and none of them running.
set -e
mkdir -p /run/systemd/system
printf '[Unit]\nStartLimitIntervalSec=0\n[Service]\nExecStart=/usr/bin/echo "the bell of this boot"\n' > /run/systemd/system/bell.service
systemctl daemon-reload
systemctl stop night.target oncall.target quiet.service pager.service runbooks.service keeper.service 2>/dev/null || true
