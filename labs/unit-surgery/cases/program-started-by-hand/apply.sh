#!/bin/sh
set -eu
systemctl stop parcels.service
systemd-run --quiet --unit=by-hand --property=User=parcels --property=WorkingDirectory=/opt/parcels --setenv=CARRIER=Nordpost --setenv=PAPER=A6 /opt/parcels/parcels.py 8600
systemctl daemon-reload
sleep 1
