#!/bin/sh
set -eu
rm -r /etc/systemd/system/parcels.service.d
systemctl restart parcels.service
