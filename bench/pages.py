# SPDX-License-Identifier: Apache-2.0
"""(a) The registration page, against nginx serving the same bytes with the same headers from a file."""
import re
import subprocess
from urllib.request import urlopen

from machinery import QuietPortal, find, free_port, output
from rounds import Row, ratios, take_turns
from sandbox import eventually

OWN = {"date", "server", "connection", "content-length", "content-type"}  # each server writes these itself


def nginx_conf(folder, port, page, logs):
    headers = "\n".join(f'        add_header {name} "{value}";' for name, value in page.headers.items()
                        if name.lower() not in OWN)
    return f"""\
daemon off;
worker_processes 2;
pid {folder}/nginx.pid;
error_log {folder}/nginx-error.log;
events {{ worker_connections 4096; }}
http {{
    sendfile on;
    tcp_nopush on;
    tcp_nodelay on;
    keepalive_requests 100000000;
    open_file_cache max=100 inactive=60s;
    open_file_cache_valid 60s;
    access_log {f'{folder}/nginx-access.log' if logs else 'off'};
    client_body_temp_path {folder}/nginx-body;
    proxy_temp_path {folder}/nginx-proxy;
    fastcgi_temp_path {folder}/nginx-fastcgi;
    uwsgi_temp_path {folder}/nginx-uwsgi;
    scgi_temp_path {folder}/nginx-scgi;
    server {{
        listen 127.0.0.1:{port} backlog=4096;
        root {folder}/nginx-root;
        index page;
        types {{ }}
        default_type "{page.headers['Content-Type']}";
        server_tokens off;
        etag off;
        max_ranges 0;
        add_header Last-Modified "";
{headers}
    }}
}}
"""


class Nginx:
    def __init__(self, folder, page, logs):
        self.port = free_port()
        (folder / "nginx-root").mkdir(exist_ok=True)
        (folder / "nginx-root" / "page").write_bytes(page.body)
        conf = folder / "nginx.conf"
        conf.write_text(nginx_conf(folder, self.port, page, logs))
        folder.chmod(0o755)  # its workers may be another user
        self.process = subprocess.Popen([find("nginx"), "-c", conf, "-p", folder], stderr=subprocess.DEVNULL)
        eventually(self.answers, "nginx answers")

    def answers(self):
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/") as answer:
                return answer.read(), answer.headers
        except OSError:
            return None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()


def check_same(page, nginx):
    body, headers = nginx.answers()
    ours, theirs = ({name.lower(): value for name, value in each.items() if name.lower() not in OWN - {"content-type"}}
                    for each in (page.headers, headers))
    if body != page.body or ours != theirs:
        raise AssertionError(f"the two answers differ: {ours} {theirs}")


def requests_per_second(port, seconds):
    text = output(find("wrk"), "-t2", "-c64", f"-d{seconds}s", f"http://127.0.0.1:{port}/")
    if "Non-2xx" in text or "Socket errors" in text:
        raise AssertionError(text)
    return float(re.search(r"Requests/sec:\s+([\d.]+)", text)[1])


def measure(sandbox, rounds, seconds):
    for logs in (False, True):
        with QuietPortal(sandbox, log={"requests": "yes" if logs else "no"}) as portal:
            page = portal.get("/")
            with Nginx(sandbox.state, page, logs) as nginx:
                check_same(page, nginx)
                requests_per_second(portal.port, 1)
                requests_per_second(nginx.port, 1)
                given = take_turns(rounds, portal=lambda: requests_per_second(portal.port, seconds),
                                   nginx=lambda: requests_per_second(nginx.port, seconds))
        with_logs = ", both with a line a request" if logs else ""
        yield Row(f"a  page: portal{with_logs}", given["portal"], "req/s")
        yield Row(f"a  page: nginx{with_logs}", given["nginx"], "req/s")
        yield Row(f"a  page: portal / nginx{with_logs}", ratios(given["portal"], given["nginx"]), "x",
                  None if logs else 1.0)
