#!/bin/sh
set -eu
systemctl daemon-reload
systemctl restart parcels.service
sleep 1
