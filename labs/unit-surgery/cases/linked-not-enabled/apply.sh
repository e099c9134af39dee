#!/bin/sh
set -eu
rm -r /etc/systemd/system/parcels.service.d
systemctl disable --quiet parcels.service
rm /etc/systemd/system/parcels.service
systemctl link --quiet /opt/units/parcels.service
systemctl restart parcels.service
