#!/bin/sh
# Three services of the shop. One of them leaves a board of 2019 running, which has run away from its parent and session.
set -eu
rm -rf /opt/shop/*.d
mkdir -p /opt/shop/{{stray}}.d
cat > /opt/shop/{{stray}}.d/board <<'END'
#!/bin/sh
cd /opt/board-2019 && setsid -f /opt/board/board {{other}}
END
chmod 755 /opt/shop/{{stray}}.d/board
# Whoever starts a board may write into its diary.
mkdir -p /var/lib/board
: > /var/lib/board/diary
chmod 666 /var/lib/board/diary
systemctl daemon-reload
systemctl enable --quiet label-print.service mail-sort.service till-sync.service
systemctl restart label-print.service mail-sort.service till-sync.service
