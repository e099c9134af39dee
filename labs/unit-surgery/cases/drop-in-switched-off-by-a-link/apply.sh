#!/bin/sh
set -eu
ln -sf /dev/null /etc/systemd/system/parcels.service.d/stocktaking.conf
systemctl daemon-reload
systemctl reenable --quiet parcels.service
systemctl restart parcels.service
