#!/bin/sh
# runme.sh: run once inside a new jail, at the end of "jailctl create", by its own /bin/sh as root. The jail's address
# is up while it runs, so packages can be fetched; its output is shown; a status other than 0 makes "create" fail and
# leaves no jail. PROVISION_TIMEOUT of jails.conf is how long it may take. Nothing asks here: stdin is empty.
#
# This is the model. Copy it to your ADDONS directory and change it: the settings below first, then site_setup at the
# end, which is yours. Leave the file out and nothing is run.

# What every new jail gets. Empty means: leave it as the base has it.
TIMEZONE=${TIMEZONE-}                 # e.g. Europe/Paris
PACKAGES=${PACKAGES-}                 # e.g. "openssh-server nano"
ADMIN_MAIL=${ADMIN_MAIL-}             # root's mail goes there, if the jail has /etc/aliases

set -eu
PATH=/sbin:/bin:/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin
export PATH
umask 022

# It changes the system it runs on: only ever as /runme.sh in a new jail.
if [ "$0" != /runme.sh ]; then
    echo "runme: this script is for 'jailctl create', which runs it as /runme.sh inside the new jail" >&2
    exit 2
fi

say() { echo "runme: $*"; }
have() { command -v "$1" >/dev/null 2>&1; }

set_timezone() {
    [ -n "$TIMEZONE" ] || return 0
    if [ -f "/usr/share/zoneinfo/$TIMEZONE" ]; then
        ln -sf "/usr/share/zoneinfo/$TIMEZONE" /etc/localtime
        say "time zone: $TIMEZONE"
    else
        say "time zone: $TIMEZONE is not known here (no zoneinfo); left as it is"
    fi
}

install_packages() {
    [ -n "$PACKAGES" ] || { say "packages: none asked for (set PACKAGES in runme.sh)"; return 0; }
    say "packages: $PACKAGES"
    # The names are words of ours: splitting them is meant.
    # shellcheck disable=SC2086
    if have apt-get; then
        DEBIAN_FRONTEND=noninteractive
        export DEBIAN_FRONTEND
        apt-get -q update
        apt-get -q -y --no-install-recommends install $PACKAGES
        apt-get -q clean
    elif have apk; then
        apk add --no-cache $PACKAGES
    elif have dnf; then
        dnf -y install $PACKAGES
    elif have pkg; then
        ASSUME_ALWAYS_YES=yes pkg install -y $PACKAGES
    else
        say "packages: this base has no package manager"
        return 1
    fi
}

# Keys of a host must not be shared: a base that brings some would give every jail the same ones.
renew_ssh_keys() {
    have ssh-keygen && [ -f /etc/ssh/sshd_config ] || return 0
    rm -f /etc/ssh/ssh_host_*_key /etc/ssh/ssh_host_*_key.pub
    ssh-keygen -A >/dev/null
    say "ssh: new host keys"
}

forward_root_mail() {
    [ -n "$ADMIN_MAIL" ] && [ -f /etc/aliases ] || return 0
    grep -v '^root:' /etc/aliases >/etc/aliases.new || true
    echo "root: $ADMIN_MAIL" >>/etc/aliases.new
    cat /etc/aliases.new >/etc/aliases
    rm -f /etc/aliases.new
    if have newaliases; then newaliases || say "mail: newaliases failed; run it in the jail"; fi
    say "mail for root goes to $ADMIN_MAIL"
}

# Yours: users, services, files.
site_setup() {
    :
}

say "setting up $(hostname 2>/dev/null || echo this jail)"
set_timezone
install_packages
renew_ssh_keys
forward_root_mail
site_setup
say "done"
