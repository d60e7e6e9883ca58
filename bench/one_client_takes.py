#!/usr/bin/python3 -B
# SPDX-License-Identifier: Apache-2.0
"""What one client with 300 addresses does to a portal: `connections` opens all that it can and opens again what is closed,
`pictures FILE` has 20 costly pictures on the way all the time. Runs until its standard input ends."""
import errno
import http.client
import resource
import select
import socket
import sys
import threading
import time

ADDRESSES = [f"127.1.{number // 250}.{number % 250 + 1}" for number in range(300)]
PICTURES = 20
SAY = (b"", b"GET / HTTP/1.1\r\nHost: x\r\nX: ", b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")  # nothing, half a request, a request
REOPEN_PAUSE = 0.0005  # seconds: 2,000 a second


def is_over():
    return bool(select.select([sys.stdin], [], [], 0)[0])


def open_one(address, number):
    connection = socket.socket()
    connection.setblocking(False)
    connection.bind((ADDRESSES[number % len(ADDRESSES)], 0))
    if connection.connect_ex(address) not in (0, errno.EINPROGRESS):
        connection.close()
        return None
    return connection


def take_connections(address):
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1] - 100
    resource.setrlimit(resource.RLIMIT_NOFILE, (most + 100, most + 100))
    held, poller, number = {}, select.epoll(), 0
    while not is_over():
        connection = open_one(address, number) if len(held) < most else None
        if connection:
            held[connection.fileno()] = connection, SAY[number % len(SAY)]
            poller.register(connection, select.EPOLLOUT | select.EPOLLIN | select.EPOLLRDHUP | select.EPOLLET)
            number += 1
        for file, event in poller.poll(0):
            one, say = held[file]
            if event & (select.EPOLLHUP | select.EPOLLRDHUP | select.EPOLLERR):
                del held[file]
                one.close()
            elif event & select.EPOLLOUT and say:
                held[file] = one, b""
                one.send(say)
        if number > most:
            time.sleep(REOPEN_PAUSE)


def send_pictures(address, number, picture, over):
    while not over.is_set():
        connection = http.client.HTTPConnection(*address, timeout=60, source_address=(ADDRESSES[number % len(ADDRESSES)], 0))
        try:
            connection.request("POST", "/api/v1/labels/decode", picture)
            connection.getresponse().read()
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()
        number += PICTURES


def take_pictures(address, picture):
    over = threading.Event()
    threads = [threading.Thread(target=send_pictures, args=(address, number, picture, over)) for number in range(PICTURES)]
    for thread in threads:
        thread.start()
    sys.stdin.read()
    over.set()


def main():
    what, host, port, *picture = sys.argv[1:]
    if what == "connections":
        take_connections((host, int(port)))
    else:
        with open(picture[0], "rb") as file:
            take_pictures((host, int(port)), file.read())


if __name__ == "__main__":
    main()
