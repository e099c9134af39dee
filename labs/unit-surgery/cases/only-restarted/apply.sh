#!/bin/sh
set -eu
systemctl restart parcels.service
