#!/bin/sh
# Three services of one make, the morning after a deploy. Which of them has which fault differs from learner to learner.
set -eu
chmod 755 /opt/shop/serve /opt/till-2019/till /opt/till-2019/prepare
mkdir -p /etc/shop

# release FOLDER NUMBER DATE ENTRIES
release() {
    mkdir -p "$1"
    echo "$2" > "$1/RELEASE"
    printf '%s\n' articles.csv rates.csv texts.csv zones.csv > "$1/FILES"
    while read -r file; do
        { echo "valid from $3"; seq -f "$file %g" "$4"; } > "$1/$file"
    done < "$1/FILES"
}

# conf NAME PORT LINE TIMEOUT: the timeout stands in that line.
conf() {
    {
        printf '# %s: read once, at the start. Every value is a whole number.\nport = %s\n\n' "$1" "$2"
        echo "# What was changed here, the latest last:"
        seq -f "#   change %g" "$(($3 - 7))"
        echo
        echo "# Seconds until a customer is asked to come back later: 30 (Mira, in March)."
        echo "timeout = $4"
        echo "backlog = 20"
    } > "/etc/shop/$1.conf"
}

# service NAME PORT LINES_OF_UNIT PAUSE
service() {
    id "$1" >/dev/null 2>&1 || useradd --system --no-create-home --shell /usr/sbin/nologin "$1"
    release "/opt/$1/releases/20" 20 2026-03-02 11
    release "/opt/$1/releases/21" 21 2026-11-23 14
    release "/srv/builds/$1-21" 21 2026-11-23 14
    ln -sfn releases/21 "/opt/$1/current"
    cat > "/etc/systemd/system/$1.service" <<END
[Unit]
Description=The shop: $1
$3
[Service]
Type=exec
User=$1
WorkingDirectory=/opt/$1/current
ExecStart=/opt/shop/serve $1
Restart=always
RestartSec=$4

[Install]
WantedBy=multi-user.target
END
}

service {{who.missing}} {{missing-port}} "" 4
service {{who.held}} {{held-port}} "" 4
service {{who.config}} {{config-port}} "StartLimitIntervalSec=10min
StartLimitBurst=4
" 500ms
conf {{who.missing}} {{missing-port}} 12 30
conf {{who.held}} {{held-port}} 15 30
conf {{who.config}} {{config-port}} {{line}} {{typo}}
rm -f /opt/{{who.missing}}/releases/21/{{file}}

cat > /etc/systemd/system/{{starter}}.service <<END
[Unit]
Description=Things to do before the shop opens
Before=coupons.service invoices.service shipping.service

[Service]
Type=oneshot
ExecStart=/opt/till-2019/prepare

[Install]
WantedBy=multi-user.target
END

cat > /opt/shop/README <<END
The three services of the shop run one program, /opt/shop/serve.
Of each service there is

    /etc/shop/NAME.conf        its settings, such as the port
    /opt/NAME/releases/        the latest releases
    /opt/NAME/current          a link to the one in use
    /srv/builds/NAME-RELEASE/  what was built; a deploy copies it from here

Their ports, which everybody who asks them knows by heart:

END
printf '    %s %s\n' {{who.missing}} {{missing-port}} {{who.held}} {{held-port}} {{who.config}} {{config-port}} |
    sort >> /opt/shop/README

systemctl daemon-reload
systemctl enable --quiet {{starter}}.service coupons.service invoices.service shipping.service
systemctl start {{starter}}.service
systemctl start --no-block coupons.service invoices.service shipping.service
