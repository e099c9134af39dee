#!/bin/sh
set -eu
chgrp nogroup /etc/returns/key
chmod 640 /etc/returns/key
chown -R nobody:nogroup /var/lib/returns
systemctl daemon-reload
systemctl restart returns.service
