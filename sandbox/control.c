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

#include "base/file.h"
#include "base/lines.h"
#include "base/memory.h"

#define TALKS_MAX 9 /* standard input and eight clients */
#define LINE_MAX_BYTES 256

struct talk {
    const struct control *control;
    int in, out; /* -1: unused */
    struct line_splitter lines;
    bool broken; /* an answer could not be written, or a line was too long */
};

struct control {
    void (*answer)(void *context, char *line, struct text *reply);
    void *context;
    int listener; /* -1: no socket */
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

static void answer_line(void *context, char *line, size_t length)
{
    struct talk *talk = context;
    TEXT struct text reply = TEXT_EMPTY;

    if (talk->broken)
        return;
    line[length - 1] = '\0'; /* the line end */
    talk->control->answer(talk->control->context, line, &reply);
    talk->broken = file_write_all(talk->out, text_get(&reply), reply.length) != 0;
}

static void refuse_line(void *context)
{
    struct talk *talk = context;

    talk->broken = true;
}

static void begin(struct talk *talk, const struct control *control, int in, int out)
{
    const struct line_splitter_events events = {talk, answer_line, refuse_line};

    *talk = (struct talk){control, in, out, line_splitter_new(&events, LINE_MAX_BYTES), false};
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
    begin(&control->talks[0], control, STDIN_FILENO, STDOUT_FILENO);
    for (size_t i = 1; i < TALKS_MAX; i++)
        control->talks[i].in = -1;
    return control;
}

static void hang_up(struct talk *talk)
{
    if (talk->in > STDERR_FILENO)
        close(talk->in);
    talk->in = -1;
    line_splitter_fini(&talk->lines);
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

/* A client that does not read its answer within a second loses it. */
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
    begin(talk, control, client, client);
}

static void take_input(struct talk *talk)
{
    char bytes[LINE_MAX_BYTES];
    ssize_t got = read(talk->in, bytes, sizeof bytes);

    if (got < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (got > 0)
        line_splitter_feed(&talk->lines, bytes, (size_t)got);
    if (got <= 0 || talk->broken)
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
            take_input(talk);
    }
}
