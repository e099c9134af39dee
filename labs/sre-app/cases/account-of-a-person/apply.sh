#!/bin/sh
set -eu
systemctl daemon-reload
systemctl enable --now sre-app.service
