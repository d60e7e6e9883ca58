#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Starts nginx in a container of compose.yaml. nginx looks the portal's name up only when it reads its configuration, and a container
# can have another address after a restart: this waits for the name, and lets nginx read its configuration again when the address
# has changed.
names=$(sed -n 's/^server \([^:;]*\):.*/\1/p' /etc/nginx/expresslink-portal/upstream.conf)

# The addresses of all names; nothing while the first has none.
addresses() {
    for name in $names; do
        getent ahosts "$name" || return
    done | sort -u
}

follow() {
    known=$1
    while sleep 1; do
        now=$(addresses)
        if [ -n "$now" ] && [ "$now" != "$known" ] && nginx -s reload; then
            known=$now
        fi
    done
}

found=$(addresses)
while [ -z "$found" ]; do
    sleep 1
    found=$(addresses)
done
follow "$found" &
exec nginx -g 'daemon off;'
