#!/bin/sh
# The programs and files are mended, and no unit is.
set -eu
mkdir -p /var/lib/room/outbox
chown room /var/lib/room/catalogue
touch /etc/heating-season
systemctl unmask --quiet {{who.masked}}
# The parcel counter says that it is ready, as it has promised.
cat > /opt/room/parcels <<END
#!/usr/bin/python3
import os, socket, time
with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notify:
    notify.connect(os.environ["NOTIFY_SOCKET"])
    notify.send(b"READY=1")
time.sleep(10 ** 8)
END
chmod 755 /opt/room/parcels
sed -i 's,^ExecStart=.*,ExecStart=/opt/room/parcels,' /etc/systemd/system/{{who.never-ready}}.service
sed -i 's,^ExecStart=./serve,ExecStart=sh -c "exec ./serve payments" #,' /etc/systemd/system/{{who.bad-setting}}.service
systemctl daemon-reload
systemctl stop {{who.never-ready}}
systemctl restart {{who.failed}} {{who.auto-restart}} {{who.condition}} {{who.never-ready}} {{who.bad-setting}} {{who.masked}}
