# shellcheck shell=bash
# SPDX-License-Identifier: Apache-2.0
# For ./run --lan: the portal for phones in the same network. Browsers give a page the camera only over https, so nginx
# stands in front, with a certificate that is made here. Uses say() and die() of ./run.

# The address that others in the network reach this machine at: the one it would send from. Nothing is sent.
lan_address() {
    python3 - <<'END'
import socket
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
    try:
        probe.connect(("192.0.2.1", 9))
        print(probe.getsockname()[0])
    except OSError:
        pass
END
}

# lan_certificate FOLDER ADDRESS: certificate.pem and key.pem. Those of an earlier run stay while they fit, so that a phone
# is asked about them once.
lan_certificate() {
    local folder=$1 address=$2 certificate=$1/certificate.pem
    if [ -e "$folder/key.pem" ] && openssl x509 -in "$certificate" -noout -checkend 2592000 >/dev/null 2>&1 &&
        openssl x509 -in "$certificate" -noout -checkip "$address" 2>/dev/null | grep -q "does match"; then
        return
    fi
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 397 -subj "/CN=ExpressLink sandbox" \
        -addext "subjectAltName=IP:$address" -addext "basicConstraints=critical,CA:FALSE" \
        -addext "extendedKeyUsage=serverAuth" -keyout "$folder/key.pem" -out "$certificate" 2>"$folder/openssl.log" ||
        die "The certificate could not be made: $(tail -n 3 "$folder/openssl.log")"
}

# lan_configuration FOLDER ADDRESS PORT PORTAL_PORT
lan_configuration() {
    local folder=$1 user=
    [ "$(id -u)" != 0 ] || user="user $(id -un);"
    cat >"$folder/nginx.conf" <<END
$user
worker_processes 1;
pid $folder/nginx.pid;
error_log $folder/nginx.log;
events { worker_connections 512; }
http {
    access_log off;
    client_body_temp_path $folder/body;
    proxy_temp_path $folder/proxy;
    fastcgi_temp_path $folder/fastcgi;
    uwsgi_temp_path $folder/uwsgi;
    scgi_temp_path $folder/scgi;
    server {
        listen $2:$3 ssl;
        ssl_certificate $folder/certificate.pem;
        ssl_certificate_key $folder/key.pem;
        ssl_protocols TLSv1.2 TLSv1.3;
        client_max_body_size 11m;
        # Who has opened the page by http is led on.
        error_page 497 =301 https://\$http_host\$request_uri;
        location / {
            proxy_pass http://127.0.0.1:$4;
            proxy_http_version 1.1;
            proxy_set_header Host \$http_host;
            proxy_set_header Connection "";
            proxy_set_header X-Forwarded-For \$remote_addr;
            proxy_set_header X-Forwarded-Proto https;
        }
    }
}
END
}

# lan_start FOLDER ADDRESS PORT PORTAL_PORT: sets lan_pid; returns when https answers.
lan_start() {
    local folder=$1 address=$2 port=$3 deadline=$((SECONDS + 20))
    (umask 077 && mkdir -p "$folder")
    lan_certificate "$folder" "$address"
    lan_configuration "$folder" "$address" "$port" "$4"
    nginx -p "$folder" -e "$folder/nginx.log" -c "$folder/nginx.conf" -g 'daemon off;' 8>&- >"$folder/nginx.out" 2>&1 &
    lan_pid=$!
    until curl --noproxy '*' --silent --max-time 2 --cacert "$folder/certificate.pem" --output /dev/null \
        "https://$address:$port/robots.txt"; do
        kill -0 "$lan_pid" 2>/dev/null || die "nginx has ended: $(tail -n 3 "$folder/nginx.out" "$folder/nginx.log")"
        [ $SECONDS -lt $deadline ] || die "https does not answer; nginx's log is $folder/nginx.log"
        sleep 0.1
    done
}

# lan_show URL: what a person with a phone has to know; the address comes last.
lan_show() {
    cat <<END

  For a phone in the same network as this machine (a guest network is often kept apart). Everybody in that network can open
  the page as long as this runs.

  The phone will warn that the connection is not private. The reason: this machine has made the certificate itself, and
  nobody has vouched for it. Here you may go on:
    Chrome    "Advanced", then "Proceed to ... (unsafe)"
    Safari    "Show Details", then "visit this website"
    Firefox   "Advanced", then "Accept the Risk and Continue"
  Then the browser asks for the camera. If the page does not open at all, a firewall on this machine keeps phones out.

  Scan this with the phone's camera:

END
    qrencode --type ANSIUTF8 --margin 4 "$1"
    printf '\n  The portal:  %s\n\n' "$1"
}
