#!/bin/sh
set -eu
rm -r /etc/systemd/system/parcels.service.d
systemctl daemon-reload
systemctl reenable --quiet parcels.service
systemctl restart parcels.service
