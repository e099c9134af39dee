#!/bin/sh
set -eu
systemctl disable --quiet --now parcels.service
systemctl revert parcels.service
systemctl daemon-reload
systemctl reenable --quiet parcels.service
systemctl restart parcels.service
