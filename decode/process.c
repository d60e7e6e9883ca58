/* SPDX-License-Identifier: Apache-2.0 */
#include "decode/process.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/program_beside.h"
#include "decode/frame.h"

#define PROGRAM_NAME "expresslink-decode"
/* The program reads a test picture before it is ready; the machine may be busy. */
#define START_DEADLINE_MS 10000

struct decode_process {
    pid_t id;   /* 0: ended and reaped */
    int socket; /* the program's standard input and output */
    struct decode_watch watch;
    clockid_t clock;   /* of its processor time */
    long long used_us; /* processor time when it had ended */
    bool ran_out;      /* it was ended by the limit of its processor time (confine.h) */
};

enum transfer { TRANSFER_DONE, TRANSFER_LATE, TRANSFER_GONE, TRANSFER_UNREAD };

bool decode_program(struct text *path, struct text *why)
{
    return program_beside(PROGRAM_NAME, "decode", path, why);
}

/* In its own process group: Ctrl-C at a terminal is for the parent, which stops the child itself. */
static int spawn(const char *program, int socket, pid_t *id)
{
    char *arguments[] = {(char *)(uintptr_t)program, "--serve", NULL};
    char *environment[] = {NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;

    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, socket, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, socket, STDOUT_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    int error = posix_spawn(id, program, &actions, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

static long long microseconds(const struct timeval *time)
{
    return time->tv_sec * 1000000LL + time->tv_usec;
}

/* Logs how the process ended. An unexpected signal is a warning: SIGSYS for a call that its sandbox blocks,
 * SIGPROF for the CPU limit. */
static void tell_end(pid_t id, int status)
{
    bool killed = WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;

    log_event(WIFSIGNALED(status) && !killed ? LOG_WARN : LOG_DEBUG, "decode.ended", "pid", LOG_NUMBER(id),
              "signal", WIFSIGNALED(status) ? strsignal(WTERMSIG(status)) : NULL, "status",
              WIFEXITED(status) ? LOG_NUMBER(WEXITSTATUS(status)) : NULL, NULL);
}

/* Kills the process unless it has already ended. */
static void end(struct decode_process *process)
{
    struct rusage usage = {0};
    int status = 0;

    if (!process->id)
        return;
    kill(process->id, SIGKILL);
    while (wait4(process->id, &status, 0, &usage) < 0 && errno == EINTR)
        ;
    process->used_us = microseconds(&usage.ru_utime) + microseconds(&usage.ru_stime);
    process->ran_out = WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF;
    tell_end(process->id, status);
    process->id = 0;
}

static bool begin(struct decode_process *process, const char *program, struct text *why)
{
    int sockets[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets)) {
        text_printf(why, "no socket for %s: %s", program, strerror(errno));
        return false;
    }
    process->socket = sockets[0];
    int error = spawn(program, sockets[1], &process->id);
    close(sockets[1]);
    if (error)
        process->id = 0; /* it may have been set */
    else
        error = clock_getcpuclockid(process->id, &process->clock);
    if (error) {
        end(process);
        text_printf(why, "%s cannot be started: %s", program, strerror(error));
    }
    return error == 0;
}

/* How long a transfer may take, and who may give it up meanwhile. */
struct patience {
    const struct decode_process *process;
    const struct decode_watch *watch; /* NULL: no one */
    long long deadline_ms, began_ms, began_us;
};

static struct patience patience_begin(const struct decode_process *process, long long deadline_ms,
                                      const struct decode_watch *watch)
{
    return (struct patience){.process = process,
                             .watch = watch,
                             .deadline_ms = deadline_ms,
                             .began_ms = clock_monotonic_ms(),
                             .began_us = decode_process_used_us(process)};
}

/* A process that does not get the processor is not slow. */
static long long time_left(const struct patience *patience)
{
    long long waited = clock_monotonic_ms() - patience->began_ms;
    long long used = (decode_process_used_us(patience->process) - patience->began_us) / 1000;
    long long left = patience->deadline_ms * DECODE_DEADLINE_WAITS - waited;

    return left < patience->deadline_ms - used ? left : patience->deadline_ms - used;
}

/* Milliseconds for poll(2). */
static int next_wait(const struct patience *patience)
{
    long long left = time_left(patience);
    long long most = patience->watch && patience->watch->go_on ? patience->watch->every_ms : INT_MAX;

    return (int)(left < most ? left : most);
}

static bool is_given_up(const struct patience *patience)
{
    return patience->watch && patience->watch->go_on && !patience->watch->go_on(patience->watch->context);
}

static bool wait_until(int socket, short events, const struct patience *patience)
{
    for (;;) {
        struct pollfd polled = {.fd = socket, .events = events};
        int wait = next_wait(patience);
        if (wait <= 0)
            return false;
        int ready = poll(&polled, 1, wait);
        if (ready > 0)
            return true;
        if ((ready < 0 && errno != EINTR) || is_given_up(patience))
            return false;
    }
}

static bool must_wait(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK;
}

static enum transfer send_all(int socket, const void *bytes, size_t length, const struct patience *patience)
{
    const char *at = bytes;

    while (length > 0) {
        ssize_t sent = send(socket, at, length, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) {
            at += sent;
            length -= (size_t)sent;
        } else if (must_wait()) {
            if (!wait_until(socket, POLLOUT, patience))
                return TRANSFER_LATE;
        } else if (errno != EINTR) {
            return TRANSFER_GONE;
        }
    }
    return TRANSFER_DONE;
}

/* Such a socket is reset if the peer closes it without having read everything. */
static enum transfer receive_all(int socket, void *out, size_t length, const struct patience *patience)
{
    char *at = out;

    while (length > 0) {
        ssize_t got = recv(socket, at, length, MSG_DONTWAIT);
        if (got > 0) {
            at += got;
            length -= (size_t)got;
        } else if (got < 0 && must_wait()) {
            if (!wait_until(socket, POLLIN, patience))
                return TRANSFER_LATE;
        } else if (got == 0 || errno != EINTR) {
            return got < 0 && errno == ECONNRESET ? TRANSFER_UNREAD : TRANSFER_GONE;
        }
    }
    return TRANSFER_DONE;
}

/* Whether the peer is still there and has sent nothing unasked. */
static bool is_quiet(int socket)
{
    char byte;

    return recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && must_wait();
}

/* Fills *out if texts came. */
static enum decode_error receive_answer(int socket, enum frame_kind kind, const struct patience *patience,
                                        struct decode_result *out)
{
    static const enum decode_error errors[] = {
        [TRANSFER_DONE] = DECODE_CRASHED, /* invalid answer */
        [TRANSFER_LATE] = DECODE_TOO_SLOW,
        [TRANSFER_GONE] = DECODE_CRASHED,
        [TRANSFER_UNREAD] = DECODE_UNAVAILABLE,
    };
    unsigned char header[FRAME_ANSWER_SIZE];
    struct decode_result result = {0};
    struct frame_answer answer;
    enum transfer transfer = receive_all(socket, header, sizeof header, patience);

    if (transfer != TRANSFER_DONE || !frame_read_answer(header, kind, &answer))
        return errors[transfer];
    OWNED unsigned char *rest = memory_new(answer.rest, 1);
    transfer = receive_all(socket, rest, answer.rest, patience);
    if (transfer != TRANSFER_DONE || !frame_read_texts(&answer, rest, &result))
        return errors[transfer];
    if (result.count > 0)
        *out = result;
    return answer.error;
}

static bool is_ready(struct decode_process *process, const char *program, struct text *why)
{
    struct decode_result reason = {0};
    const struct patience patience = patience_begin(process, START_DEADLINE_MS, NULL);
    enum decode_error error = receive_answer(process->socket, FRAME_READY, &patience, &reason);

    if (error == DECODE_OK)
        return true;
    if (reason.count > 0)
        text_printf(why, "%s: %s", program, reason.codes[0].text);
    else if (error == DECODE_TOO_SLOW)
        text_printf(why, "%s was not ready in time", program);
    else
        text_printf(why, "%s has ended before it was ready, or is of another version", program);
    decode_result_fini(&reason);
    return false;
}

struct decode_process *decode_process_start(const char *program, struct text *why)
{
    struct decode_process *process = memory_new(1, sizeof *process);

    process->socket = -1;
    if (begin(process, program, why) && is_ready(process, program, why))
        return process;
    decode_process_stop(process);
    return NULL;
}

void decode_process_stop(struct decode_process *process)
{
    if (!process)
        return;
    end(process);
    if (process->socket >= 0)
        close(process->socket);
    free(process);
}

pid_t decode_process_id(const struct decode_process *process)
{
    return process->id;
}

void decode_process_set_watch(struct decode_process *process, const struct decode_watch *watch)
{
    process->watch = *watch;
}

long long decode_process_used_us(const struct decode_process *process)
{
    struct timespec used;

    if (!process->id || clock_gettime(process->clock, &used) != 0)
        return process->used_us;
    return used.tv_sec * 1000000LL + used.tv_nsec / 1000;
}

static enum decode_error ask(int socket, const unsigned char *bytes, size_t length,
                             const struct patience *patience, struct decode_result *out)
{
    unsigned char question[FRAME_QUESTION_SIZE];

    if (!is_quiet(socket))
        return DECODE_UNAVAILABLE;
    frame_write_question(length, question);
    enum transfer transfer = send_all(socket, question, sizeof question, patience);
    if (transfer == TRANSFER_DONE)
        transfer = send_all(socket, bytes, length, patience);
    if (transfer != TRANSFER_DONE)
        return transfer == TRANSFER_LATE ? DECODE_TOO_SLOW : DECODE_UNAVAILABLE;
    return receive_answer(socket, FRAME_ANSWER, patience, out);
}

enum decode_error decode_process_ask(struct decode_process *process, const unsigned char *bytes,
                                     size_t length, long long deadline_ms, struct decode_result *out)
{
    const struct patience patience = patience_begin(process, deadline_ms, &process->watch);

    if (length > DECODE_BYTES_MAX)
        return DECODE_TOO_LARGE;
    enum decode_error error =
        process->id ? ask(process->socket, bytes, length, &patience, out) : DECODE_UNAVAILABLE;
    if (error >= DECODE_TOO_SLOW)
        end(process);
    return error == DECODE_CRASHED && process->ran_out ? DECODE_TOO_SLOW : error;
}
