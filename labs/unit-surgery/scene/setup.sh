#!/bin/sh
# The service runs as it was loaded in April. Everything that was edited since waits on the disk, and no reload has read
# it: first the old file is loaded and started, then the new files take its place.
set -eu
units=/etc/systemd/system
id parcels >/dev/null 2>&1 || useradd --system --uid 811 --home-dir /opt/parcels --shell /usr/sbin/nologin parcels
chown -R root:root /opt/parcels
chmod -R u=rwX,go=rX /opt/parcels
systemctl stop parcels.service 2>/dev/null || true
kept=$(mktemp -d)
mv "$units/parcels.service" "$units/parcels.service.d" "$kept"
cat >"$units/parcels.service" <<'END'
[Unit]
Description=Packing list of the shop

[Service]
WorkingDirectory=/opt/parcels
Environment=CARRIER=Suedpost
ExecStart=/opt/parcels/parcels.py 8600

[Install]
WantedBy=multiuser.target
END
systemctl daemon-reload
# The name of the target is misspelt, and enable says so; that is part of the scene.
systemctl enable --quiet parcels.service 2>/dev/null
systemctl start parcels.service
# A file counts as changed if it is newer than what was loaded.
touch "$kept/parcels.service" "$kept/parcels.service.d/stocktaking.conf"
mv -f "$kept/parcels.service" "$kept/parcels.service.d" "$units"
rmdir "$kept"
