#!/bin/sh
# Nine services named after trees, and each in another state. Which tree has which state differs from learner to learner.
set -eu
id room >/dev/null 2>&1 || useradd --system --no-create-home --shell /usr/sbin/nologin room
mkdir -p /etc/systemd/system.attached /var/lib/room
printf 'kettle\nlamp\nmug\n' > /var/lib/room/catalogue
chmod 600 /var/lib/room/catalogue
: > /opt/room/README
: > /opt/room/wanted

# unit NAME WANTED WHAT: the rest of the [Service] section comes from standard input.
unit() {
    printf '%s.service\n    %s\n' "$1" "$3" >> /opt/room/README
    echo "$1.service $2" >> /opt/room/wanted
    { printf '[Unit]\nDescription=%s\n' "$3"; cat; } > "${4:-/etc/systemd/system}/$1.service"
    if [ "$2" != "inactive dead" ]; then
        printf '\n[Install]\nWantedBy=multi-user.target\n' >> "${4:-/etc/systemd/system}/$1.service"
    fi
}

unit {{who.running}} "active running" "Label printer: up all the time" <<END

[Service]
ExecStart=/opt/room/serve labels
END
unit {{who.exited}} "active exited" "Price rules: loaded once at boot, and in effect (active) from then on" <<END

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=echo "the price rules are loaded"
END
unit {{who.at-rest}} "inactive dead" "Stock report: started by hand when somebody wants one, at rest in between" <<END

[Service]
Type=oneshot
ExecStart=echo "the stock report is written"
END
unit {{who.failed}} "active running" "Mail to customers: up all the time" <<END

[Service]
ExecStart=/opt/room/mail
END
unit {{who.masked}} "active running" "Returns desk: up all the time" /etc/systemd/system.attached <<END

[Service]
ExecStart=/opt/room/serve returns
END
unit {{who.auto-restart}} "active running" "Search index: up all the time" <<END

[Service]
User=room
ExecStart=/opt/room/index
Restart=always
RestartSec=15min
END
unit {{who.condition}} "active running" "Heating of the packing hall: up all the time, from November on" <<END
ConditionPathExists=/etc/heating-season

[Service]
ExecStart=/opt/room/serve heating
END
unit {{who.never-ready}} "active running" "Parcel counter: up all the time" <<END

[Service]
Type=notify
TimeoutStartSec=infinity
ExecStart=/opt/room/serve parcels
END
unit {{who.bad-setting}} "active running" "Payments: up all the time" <<END

[Service]
WorkingDirectory=/opt/room
ExecStart=./serve payments
END
sort -o /opt/room/wanted /opt/room/wanted
paste - - < /opt/room/README | sort | tr '\t' '\n' > /opt/room/README.sorted
mv /opt/room/README.sorted /opt/room/README

# It does not wait for the one that may never be ready: a boot that waits for ever is judged by nobody.
cat > /etc/systemd/system/roll-call.service <<END
[Unit]
Description=Roll call of the nine
After={{who.at-rest}}.service {{who.running}}.service {{who.exited}}.service {{who.failed}}.service {{who.masked}}.service {{who.condition}}.service

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/opt/room/roll-call

[Install]
WantedBy=multi-user.target
END

systemctl daemon-reload
systemctl enable --quiet {{who.running}} {{who.exited}} {{who.failed}} {{who.masked}} {{who.auto-restart}} {{who.condition}} \
    {{who.never-ready}} roll-call
ln -sf ../{{who.bad-setting}}.service /etc/systemd/system/multi-user.target.wants/
systemctl mask --quiet {{who.masked}}
systemctl daemon-reload
systemctl restart {{who.running}} {{who.exited}} {{who.failed}} {{who.auto-restart}} {{who.condition}}
systemctl restart --no-block {{who.never-ready}}
systemctl start {{who.at-rest}}
