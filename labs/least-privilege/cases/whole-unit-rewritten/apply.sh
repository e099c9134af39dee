#!/bin/sh
set -eu
systemd-sysusers returns.conf
chgrp returns-key /etc/returns/key
chmod 640 /etc/returns/key
systemctl daemon-reload
systemctl reenable returns.service
systemctl restart returns.service
