#!/bin/sh
set -eu
systemctl daemon-reload
systemctl reenable --quiet parcels.service
systemctl restart parcels.service || true
