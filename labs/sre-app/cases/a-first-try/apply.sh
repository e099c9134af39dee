set -eu
systemctl daemon-reload
systemctl start sre-app
