#!/bin/sh
set -eu
cd /etc/systemd/system/parcels.service.d
mv stocktaking.conf stocktaking.conf.off
systemctl daemon-reload
systemctl reenable --quiet parcels.service
systemctl restart parcels.service
