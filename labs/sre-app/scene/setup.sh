#!/bin/sh
# The pages belong to root and anybody may read them: the service needs no more than that.
set -eu
chown -R root:root /opt/sre-app
chmod -R u=rwX,go=rX /opt/sre-app
