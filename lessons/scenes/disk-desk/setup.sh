# The account that desk.service is given in the chapter; the unit does not name it yet.
getent passwd desk >/dev/null || useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin desk

# A file that belongs to desk, behind a door that does not.
mkdir -p /srv/vault
chmod 0700 /srv/vault
echo "the plan for Friday" >/srv/vault/plan.txt
chown desk:desk /srv/vault/plan.txt

# A helper that somebody left set-user-ID root, "so that the logs can be read".
install -D -m 4755 /usr/bin/cat /opt/tools/readlog

# Room for the drop-ins that the learner copies here.
mkdir -p /etc/systemd/system/desk.service.d

systemctl daemon-reload
systemctl start desk.service
