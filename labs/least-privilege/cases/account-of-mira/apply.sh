#!/bin/sh
set -eu
chgrp mira /etc/returns/key
chmod 640 /etc/returns/key
systemctl daemon-reload
systemctl restart returns.service
