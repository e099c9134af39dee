#!/bin/sh
set -e
date >> /var/log/runbooks.log
exec python3 -m http.server 8000
