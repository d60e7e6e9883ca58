# SPDX-License-Identifier: Apache-2.0
"""What can be wrong between here and an account, made for real: names, ports, TLS, brokers. In namespaces of the test's
own, where port 443 and 53, /etc/hosts and /etc/resolv.conf are its to have."""
import contextlib
import ctypes
import fcntl
import os
import secrets
import socket
import struct
import subprocess
import tempfile
import threading
from pathlib import Path

from brokers import CONNACK, CONNECT, DISCONNECT, PINGREQ, PUBLISH, SUBACK, SUBSCRIBE, DROP, FakeBroker
from patience import DEADLINE

CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWNET = 0x20000, 0x10000000, 0x40000000
SIOCSIFFLAGS, IFF_UP = 0x8914, 1
NAME_SERVER = "127.0.0.53"


def enter_namespaces():
    """True when this process, and what it starts, has a network and mounts of its own from now on. Once, and before
    there are threads."""
    libc = ctypes.CDLL(None, use_errno=True)
    user, group = os.geteuid(), os.getegid()
    if libc.unshare(CLONE_NEWNS | CLONE_NEWNET | (CLONE_NEWUSER if user else 0)):
        return False
    if user:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"0 {user} 1")
        Path("/proc/self/gid_map").write_text(f"0 {group} 1")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, SIOCSIFFLAGS, struct.pack("16sh", b"lo", IFF_UP))
    return subprocess.run(["mount", "--make-rprivate", "/"], capture_output=True).returncode == 0


@contextlib.contextmanager
def instead_of(path, text):
    """The file has this text for a while, for this namespace."""
    with tempfile.NamedTemporaryFile("w", prefix="instead-") as file:
        file.write(text)
        file.flush()
        os.chmod(file.name, 0o644)
        subprocess.run(["mount", "--bind", file.name, os.path.realpath(path)], check=True, capture_output=True)
        try:
            yield
        finally:
            subprocess.run(["umount", os.path.realpath(path)], check=True, capture_output=True)


def hosts(**names):
    """/etc/hosts with these: name="127.0.0.1 127.0.0.9", dots in names as they are: hosts(**{"a.b": ...})."""
    lines = [f"{address} {name}" for name, addresses in names.items() for address in addresses.split()]
    return instead_of("/etc/hosts", "\n".join(["127.0.0.1 localhost", *lines]) + "\n")


@contextlib.contextmanager
def name_server(code):
    """A DNS server that answers every question with this code (3: no such name); None: with nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server, \
            instead_of("/etc/resolv.conf", f"nameserver {NAME_SERVER}\noptions timeout:30 attempts:5\n"):
        server.bind((NAME_SERVER, 53))

        def answer():
            while True:
                try:
                    question, sender = server.recvfrom(2048)
                except OSError:
                    return
                if not question:
                    return
                if code is not None:
                    server.sendto(question[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, 0, 0, 0) + question[12:], sender)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        try:
            yield
        finally:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
                last.sendto(b"", (NAME_SERVER, 53))
            thread.join(DEADLINE)


@contextlib.contextmanager
def swallowing_port(address="127.0.0.1"):
    """Nobody answers: the queue of connections is full, and the kernel drops what comes."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind((address, 0))
        listener.listen(0)
        for _ in range(8):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


@contextlib.contextmanager
def plain_port(says=b"", closes=False, address="127.0.0.1"):
    """Takes connections, says so much and stays silent, or closes."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.create_server((address, 0)))

        def serve():
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                stack.enter_context(connection)
                with contextlib.suppress(OSError):
                    connection.recv(4096)
                    connection.sendall(says)
                    if closes:
                        connection.shutdown(socket.SHUT_RDWR)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(DEADLINE)


class BadBroker(FakeBroker):
    """connack: the return code, "drop", or None for no answer; several: of the first connection, the second, and of all
    others the last. suback: by the filter. connack 0 is let in."""

    def __init__(self, sandbox, connack=0, suback=lambda topic: 1, **options):
        self._connacks, self._suback = connack if isinstance(connack, tuple) else (connack,), suback
        super().__init__(sandbox, **options)

    @property
    def _connack(self):
        return self._connacks[0]

    def _talk(self, session, stream):
        while True:
            kind, flags, body = self._packet(stream)
            if kind == CONNECT and body[:6] != b"\0\4MQTT":
                return f"no CONNECT: {body!r}"
            if kind == CONNECT and self._connack == "drop":
                return "dropped"
            if kind == CONNECT and self._connack is not None:
                session.connect = self._connect(body)
                self.sessions.append(session)
                session.send(CONNACK, bytes([0, self._connack]))
                if self._connack:
                    return "refused"
                self._connacks = self._connacks[1:] or self._connacks
            elif kind == PUBLISH:
                if self._publish(session, flags, body) == DROP:
                    return "dropped"
            elif kind == SUBSCRIBE:
                code = self._suback(body[4:-1].decode())
                if code == "drop":
                    return "dropped"
                session.send(SUBACK, body[:2] + bytes([code]))
            elif kind == PINGREQ:
                session.send(13, b"")
            elif kind == DISCONNECT:
                return "disconnect"


@contextlib.contextmanager
def s_server(certificate, port, *arguments, address="127.0.0.1"):
    """openssl s_server with that certificate and key."""
    from sandbox import eventually

    with subprocess.Popen(["openssl", "s_server", "-accept", f"{address}:{port}", "-cert", certificate[0], "-key",
                           certificate[1], "-quiet", *arguments], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:
        def answers():
            with contextlib.suppress(OSError), socket.create_connection((address, port), timeout=1):
                return True
            return False

        try:
            eventually(answers, "s_server")
            yield port
        finally:
            process.kill()


def certificate_of_days(sandbox, name, alternative, start, end):
    """PEM and key of a server certificate by the sandbox's server CA, with any dates (YYYYMMDDHHMMSSZ)."""
    c = sandbox.certificates
    folder = sandbox.state / f"{name}-{secrets.token_hex(4)}"
    folder.mkdir()
    (folder / "index").write_text("")
    (folder / "ca.cnf").write_text(f"""
[ca]
default_ca = one
[one]
database = {folder}/index
new_certs_dir = {folder}
serial = {folder}/serial
default_md = sha256
policy = any
x509_extensions = server
unique_subject = no
[any]
commonName = supplied
[server]
basicConstraints = critical,CA:false
extendedKeyUsage = serverAuth
subjectAltName = {alternative}
""")
    certificate, key, request = folder / "c.pem", folder / "c.key", folder / "c.csr"
    subprocess.run(["openssl", "req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", key,
                    "-out", request, "-subj", f"/CN={name}"], check=True, capture_output=True)
    subprocess.run(["openssl", "ca", "-batch", "-config", folder / "ca.cnf", "-create_serial", "-notext", "-in", request,
                    "-out", certificate, "-cert", c / "server-ca.pem", "-keyfile", c / "server-ca.key", "-startdate", start,
                    "-enddate", end], check=True, capture_output=True)
    return certificate, key


def revocation_list(sandbox, authority, certificate):
    """A CRL of the authority's with that certificate in it."""
    c = sandbox.certificates
    folder = sandbox.state / f"crl-{secrets.token_hex(4)}"
    folder.mkdir()
    (folder / "index").write_text("")
    (folder / "ca.cnf").write_text(f"[ca]\ndefault_ca = one\n[one]\ndatabase = {folder}/index\ndefault_md = sha256\n"
                                   f"default_crl_days = 30\n")
    common = ["openssl", "ca", "-config", folder / "ca.cnf", "-cert", c / f"{authority}.pem", "-keyfile",
              c / f"{authority}.key"]
    subprocess.run([*common, "-revoke", certificate], check=True, capture_output=True)
    subprocess.run([*common, "-gencrl", "-out", folder / "crl.pem"], check=True, capture_output=True)
    return folder / "crl.pem"
