#!/bin/sh
set -eu
sed -i 's/^port =.*/port = 8300/' /etc/shop/{{who.held}}.conf
systemctl restart {{who.held}}
cp /srv/builds/{{who.missing}}-21/{{file}} /opt/{{who.missing}}/releases/21/
systemctl restart {{who.missing}}
sed -i 's/^timeout =.*/timeout = 30/' /etc/shop/{{who.config}}.conf
systemctl reset-failed {{who.config}}
systemctl restart {{who.config}}
