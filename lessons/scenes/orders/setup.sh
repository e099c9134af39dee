# Drop-ins that the learner copies go here.
mkdir -p /etc/systemd/system/ledger.service.d
systemctl daemon-reload
