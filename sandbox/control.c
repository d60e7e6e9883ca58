/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/control.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/memory.h"

#define TALKS_MAX 9 /* standard input and eight clients */
#define LINE_SIZE 256

struct talk {
    int in, out; /* -1: free */
    size_t used;
    char line[LINE_SIZE];
};

struct control {
    void (*answer)(void *context, char *line, struct text *reply);
    void *context;
    int listener; /* -1: none */
    char *socket_path;
    struct talk talks[TALKS_MAX];
};

static int listen_at(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    memcpy(address.sun_path, path, strlen(path) + 1);
    int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    unlink(path);
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, 8) != 0) {
        close(listener);
        return -1;
    }
    return listener;
}

struct control *control_new(const char *socket_path,
                            void (*answer)(void *context, char *line, struct text *reply), void *context)
{
    int listener = socket_path ? listen_at(socket_path) : -1;

    if (socket_path && listener < 0)
        return NULL;
    struct control *control = memory_new(1, sizeof *control);
    control->answer = answer;
    control->context = context;
    control->listener = listener;
    control->socket_path = memory_string(socket_path);
    control->talks[0] = (struct talk){.in = STDIN_FILENO, .out = STDOUT_FILENO};
    for (size_t i = 1; i < TALKS_MAX; i++)
        control->talks[i].in = -1;
    return control;
}

static void hang_up(struct talk *talk)
{
    if (talk->in > STDERR_FILENO)
        close(talk->in);
    talk->in = -1;
    talk->used = 0;
}

void control_free(struct control *control)
{
    if (!control)
        return;
    for (size_t i = 0; i < TALKS_MAX; i++)
        hang_up(&control->talks[i]);
    if (control->listener >= 0) {
        close(control->listener);
        unlink(control->socket_path);
    }
    free(control->socket_path);
    free(control);
}

size_t control_poll(const struct control *control, struct pollfd *out)
{
    size_t count = 0;

    if (control->listener >= 0)
        out[count++] = (struct pollfd){.fd = control->listener, .events = POLLIN};
    for (size_t i = 0; i < TALKS_MAX; i++)
        if (control->talks[i].in >= 0)
            out[count++] = (struct pollfd){.fd = control->talks[i].in, .events = POLLIN};
    return count;
}

static struct talk *talk_on(struct control *control, int in)
{
    for (size_t i = 0; i < TALKS_MAX; i++)
        if (control->talks[i].in == in)
            return &control->talks[i];
    return NULL;
}

/* A client that does not read its answer loses it after a second. */
static void accept_client(struct control *control)
{
    const struct timeval patience = {.tv_sec = 1};
    int client = accept4(control->listener, NULL, NULL, SOCK_CLOEXEC);

    if (client < 0)
        return;
    struct talk *talk = talk_on(control, -1);
    if (!talk) {
        close(client);
        return;
    }
    setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    *talk = (struct talk){.in = client, .out = client};
}

static bool write_all(int out, const char *bytes, size_t length)
{
    while (length) {
        ssize_t done = write(out, bytes, length);
        if (done < 0 && errno == EINTR)
            continue;
        if (done <= 0)
            return false;
        bytes += done;
        length -= (size_t)done;
    }
    return true;
}

static bool answer_line(const struct control *control, const struct talk *talk, char *line)
{
    TEXT struct text reply = TEXT_EMPTY;

    control->answer(control->context, line, &reply);
    return write_all(talk->out, text_get(&reply), reply.length);
}

/* Every complete line of what has come. */
static bool answer_lines(const struct control *control, struct talk *talk)
{
    char *start = talk->line, *end = talk->line + talk->used, *newline;

    while ((newline = memchr(start, '\n', (size_t)(end - start)))) {
        *newline = '\0';
        if (!answer_line(control, talk, start))
            return false;
        start = newline + 1;
    }
    talk->used = (size_t)(end - start);
    memmove(talk->line, start, talk->used);
    return talk->used < LINE_SIZE;
}

static void take_input(const struct control *control, struct talk *talk)
{
    ssize_t got = read(talk->in, talk->line + talk->used, LINE_SIZE - talk->used);

    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (got > 0) {
        talk->used += (size_t)got;
        if (answer_lines(control, talk))
            return;
    }
    hang_up(talk);
}

void control_take(struct control *control, const struct pollfd *polled, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!polled[i].revents)
            continue;
        if (polled[i].fd == control->listener) {
            accept_client(control);
            continue;
        }
        struct talk *talk = talk_on(control, polled[i].fd);
        if (talk)
            take_input(control, talk);
    }
}
