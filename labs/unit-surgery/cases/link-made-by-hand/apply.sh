#!/bin/sh
set -eu
rm -r /etc/systemd/system/parcels.service.d
mkdir -p /etc/systemd/system/multi-user.target.wants
ln -s ../parcels.service /etc/systemd/system/multi-user.target.wants/parcels.service
systemctl daemon-reload
systemctl restart parcels.service
