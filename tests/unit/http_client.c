/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/unit/http_client.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "tests/unit/test.h"

#define PATIENCE_S 30 /* against a hang */

int client_connect(const char *address, int receive_room)
{
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)atoi(strchr(address, ':') + 1)),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct timeval patience = {.tv_sec = PATIENCE_S};
    int connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(connection >= 0);
    setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (receive_room)
        setsockopt(connection, SOL_SOCKET, SO_RCVBUF, &receive_room, sizeof receive_room);
    assert_int_equal(connect(connection, (struct sockaddr *)&to, sizeof to), 0);
    return connection;
}

void client_send(int connection, const char *request)
{
    size_t length = strlen(request);

    assert_int_equal(send(connection, request, length, MSG_NOSIGNAL), length);
}

bool client_read(int connection, size_t most, struct text *out)
{
    static char bytes[65536];
    ssize_t count = recv(connection, bytes, most < sizeof bytes ? most : sizeof bytes, 0);

    if (count <= 0)
        return false;
    text_add(out, bytes, (size_t)count);
    return true;
}

void client_read_all(int connection, struct text *out)
{
    while (client_read(connection, SIZE_MAX, out))
        continue;
}

void client_ask(const char *address, const char *request, struct text *out)
{
    int connection = client_connect(address, 0);

    client_send(connection, request);
    client_read_all(connection, out);
    close(connection);
}

bool client_unchunk(const struct text *answer, struct text *body, bool *whole)
{
    const char *end = answer->data + answer->length;
    const char *head_end = strstr(text_get(answer), "\r\n\r\n");

    *whole = false;
    for (const char *at = head_end ? head_end + 4 : end; at < end;) {
        char *line_end = NULL;
        size_t length = strtoul(at, &line_end, 16);
        if (line_end == at || strncmp(line_end, "\r\n", 2) != 0)
            return false;
        at = line_end + 2;
        size_t there = (size_t)(end - at);
        if (length == 0) {
            *whole = true;
            return there == 2;
        }
        text_add(body, at, length < there ? length : there);
        at += length + 2;
    }
    return head_end != NULL;
}
