#!/bin/sh
set -eu
systemctl daemon-reload
systemctl restart returns.service
