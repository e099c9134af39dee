#!/bin/sh
set -eu
systemctl reset-failed
for service in coupons invoices shipping; do systemctl restart $service || true; done
until [ "$(systemctl show -P NRestarts {{who.config}})" -ge 4 ] && systemctl is-failed --quiet {{who.config}}; do sleep 0.1; done
