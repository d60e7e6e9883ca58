#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# certificates.sh DIR [NAME...] - creates the certificates and keys of both sandbox accounts and the modules, if missing.
#
#   server-ca, server                 stands in for Amazon Root CA 1, and the brokers' certificate
#   account-ca                        signs the two certificates that an OEM registers:
#     claim-thing                       the OEM's right to publish endpoint messages in staging (key made by the OEM)
#     observer                          the OEM's right to receive the events of its own account
#   manufacturer-ca                   the module vendor whose modules the OEM account accepts
#   other-manufacturer-ca             a vendor that is not registered, for tests
#   module.key                        the key of all simulated modules (each has its own birth certificate)
#
# NAME: further host names or addresses for the server certificate. Two can run at the same time.
set -euo pipefail
[ $# -ge 1 ] || { echo "usage: $0 DIR [NAME...]" >&2; exit 2; }

dir=$1
shift
umask 077
mkdir -p "$dir"
cd "$dir"
exec 9>.lock
flock 9

days=7300 # 20 years; a birth certificate is valid for 10 or more (PG 12.1.3.1)
ec=(-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes)

# quietly COMMAND...: shows openssl's output only if it fails.
quietly() {
    "$@" 2>openssl.log || { cat openssl.log >&2; exit 1; }
}

# authority NAME SUBJECT
authority() {
    [ -s "$1.pem" ] && [ -s "$1.key" ] && return
    quietly openssl req -x509 "${ec[@]}" -keyout "$1.key" -out "$1.new" -days "$days" -subj "$2" \
        -addext basicConstraints=critical,CA:true,pathlen:0 -addext keyUsage=critical,keyCertSign,cRLSign
    mv "$1.new" "$1.pem"
}

# leaf NAME ISSUER SUBJECT USAGE [SUBJECT-ALTERNATIVE-NAMES]
leaf() {
    [ -s "$1.pem" ] && [ -s "$1.key" ] && [ "$1.pem" -nt "$2.pem" ] && return
    quietly openssl req -x509 "${ec[@]}" -keyout "$1.key" -out "$1.new" -days "$days" -subj "$3" \
        -CA "$2.pem" -CAkey "$2.key" -addext basicConstraints=critical,CA:false \
        -addext keyUsage=critical,digitalSignature -addext "extendedKeyUsage=$4" ${5:+-addext "subjectAltName=$5"}
    mv "$1.new" "$1.pem"
}

names="DNS:localhost,IP:127.0.0.1,IP:127.0.0.2,IP:::1"
for name in "$@"; do
    case $name in
    *[!A-Za-z0-9.:-]*) echo "$0: not a host name or address: $name" >&2; exit 2 ;;
    *:* | *[0-9].[0-9]*.[0-9]*.[0-9]*) alternative="IP:$name" ;;
    *) alternative="DNS:$name" ;;
    esac
    case ",$names," in *",$alternative,"*) ;; *) names+=",$alternative" ;; esac
done
[ "$(cat server.names 2>/dev/null || true)" = "$names" ] || rm -f server.pem

authority server-ca "/O=ExpressLink Sandbox/CN=Sandbox Root CA 1"
authority account-ca "/O=ExpressLink Sandbox/CN=Sandbox Account CA"
authority manufacturer-ca "/O=Sandbox Modules/CN=Sandbox Modules Birth CA"
authority other-manufacturer-ca "/O=Other Modules/CN=Other Modules Birth CA"
leaf server server-ca "/O=ExpressLink Sandbox/CN=localhost" serverAuth "$names"
printf '%s' "$names" >server.names
leaf claim-thing account-ca "/O=Sandbox OEM/CN=claim-thing" clientAuth
leaf observer account-ca "/O=Sandbox OEM/CN=observer" clientAuth
if [ ! -s module.key ]; then
    quietly openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out module.key.new
    mv module.key.new module.key
fi
