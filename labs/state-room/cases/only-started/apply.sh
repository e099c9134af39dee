#!/bin/sh
set -eu
systemctl start --no-block {{who.failed}} {{who.auto-restart}} {{who.condition}} || true
systemctl --no-block restart {{who.never-ready}}
