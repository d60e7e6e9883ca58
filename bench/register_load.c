/* SPDX-License-Identifier: Apache-2.0 */
/* Registers so many things over so many connections, one request at a time on each, and prints how many a
 * second were accepted. One thread and no parsing beyond what is needed, so that the portal is what is
 * measured.
 *
 *     register_load ADDRESS PORT CONNECTIONS COUNT PREFIX
 *
 * ThingNames are PREFIX (hex digits) and a counter, 32 digits together. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ANSWER_MAX 4096
#define EVENTS 64

struct client {
    int socket;
    size_t have;
    char answer[ANSWER_MAX + 1];
};

static long wanted, begun, accepted;
static const char *prefix;

static void fail(const char *what)
{
    fprintf(stderr, "register_load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void send_next(struct client *client)
{
    char body[64], request[320];

    if (begun == wanted)
        return;
    int length = snprintf(body, sizeof body, "{\"identifier\":\"%s%0*lx\"}", prefix, 32 - (int)strlen(prefix),
                          begun++);
    int whole = snprintf(request, sizeof request,
                         "POST /api/v1/registrations HTTP/1.1\r\nHost: localhost\r\n"
                         "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
                         length, body);
    if (send(client->socket, request, (size_t)whole, MSG_NOSIGNAL) != whole)
        fail("send");
    client->have = 0;
}

/* The answer is here once its head and as many bytes as it names are. */
static bool is_whole(const struct client *client)
{
    const char *end = strstr(client->answer, "\r\n\r\n");
    const char *length = strstr(client->answer, "Content-Length: ");

    return end && length &&
           client->have >= (size_t)(end + 4 - client->answer) + strtoul(length + 16, NULL, 10);
}

static void receive(struct client *client)
{
    ssize_t got = recv(client->socket, client->answer + client->have, ANSWER_MAX - client->have, 0);

    if (got <= 0)
        fail("the portal has closed a connection");
    client->have += (size_t)got;
    client->answer[client->have] = '\0';
    if (!is_whole(client))
        return;
    if (strncmp(client->answer, "HTTP/1.1 202 ", 13) != 0) {
        fprintf(stderr, "register_load: not accepted:\n%s\n", client->answer);
        exit(1);
    }
    accepted++;
    send_next(client);
}

static void open_client(struct client *client, const struct sockaddr_in *address, int poll)
{
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = client};
    int yes = 1;

    client->socket = socket(AF_INET, SOCK_STREAM, 0);
    if (client->socket < 0 || connect(client->socket, (const struct sockaddr *)address, sizeof *address))
        fail("connect");
    setsockopt(client->socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    if (epoll_ctl(poll, EPOLL_CTL_ADD, client->socket, &event))
        fail("epoll_ctl");
}

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

int main(int count, char **values)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    struct epoll_event events[EVENTS];

    if (count != 6 || inet_pton(AF_INET, values[1], &address.sin_addr) != 1 || strlen(values[5]) > 24) {
        fprintf(stderr, "Usage: register_load ADDRESS PORT CONNECTIONS COUNT PREFIX\n");
        return 64;
    }
    address.sin_port = htons((unsigned short)strtoul(values[2], NULL, 10));
    size_t connections = strtoul(values[3], NULL, 10);
    wanted = strtol(values[4], NULL, 10);
    prefix = values[5];
    struct client *clients = calloc(connections, sizeof *clients);
    int poll = epoll_create1(0);
    if (!clients || poll < 0)
        fail("start");
    for (size_t i = 0; i < connections; i++)
        open_client(&clients[i], &address, poll);
    double start = seconds();
    for (size_t i = 0; i < connections; i++)
        send_next(&clients[i]);
    while (accepted < wanted) {
        int ready = epoll_wait(poll, events, EVENTS, 10000);
        if (ready <= 0)
            fail("no answer for ten seconds");
        for (int i = 0; i < ready; i++)
            receive(events[i].data.ptr);
    }
    printf("%.1f\n", (double)accepted / (seconds() - start));
    for (size_t i = 0; i < connections; i++)
        close(clients[i].socket);
    free(clients);
    close(poll);
    return 0;
}
