# The night of the outage: the front page is up, the mailer has failed, and nobody enabled the thumbnails.
id shop >/dev/null 2>&1 || useradd --system --no-create-home --shell /usr/sbin/nologin shop
rm -f /etc/shop/mail.conf
systemctl daemon-reload
systemctl --quiet disable --now shop-thumbs
systemctl --quiet enable shop-web shop-mail
systemctl restart shop-web
systemctl start --wait shop-mail
exit 0
