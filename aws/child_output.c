/* SPDX-License-Identifier: Apache-2.0 */
#include "aws/child_output.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

#define LOOK_EVERY_MS 50
#define SHELL_SIGNAL 128     /* and the signal: the status of sh when it ended a program */
#define SHELL_FOUND_NONE 127 /* the status of sh, and of posix_spawn()'s child */

struct child {
    pid_t pid;
    int output;
    bool is_group;
};

static int spawn(char *const arguments[], int output, bool at_terminal, struct child *child)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none, all;

    sigemptyset(&none);
    sigfillset(&all);
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    if (!at_terminal) {
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    }
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, (short)(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
                                                  (at_terminal ? 0 : POSIX_SPAWN_SETPGROUP)));
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    child->is_group = !at_terminal;
    int error = posix_spawnp(&child->pid, arguments[0], &actions, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* Until the end of the output, or of the time. */
static enum child_result read_output(const struct child *child, long long deadline,
                                     const atomic_int *interrupted, struct text *out)
{
    char part[4096];

    for (;;) {
        struct pollfd waiting = {.fd = child->output, .events = POLLIN};
        if (interrupted && *interrupted)
            return CHILD_INTERRUPTED;
        if (clock_monotonic_ms() >= deadline)
            return CHILD_SLOW;
        if (poll(&waiting, 1, LOOK_EVERY_MS) <= 0)
            continue;
        ssize_t length = read(child->output, part, sizeof part);
        if (length == 0 || (length < 0 && errno != EINTR))
            return CHILD_ENDED;
        if (length > 0 && out->length + (size_t)length > CHILD_OUTPUT_MAX)
            return CHILD_LARGE;
        if (length > 0)
            text_add(out, part, (size_t)length);
    }
}

/* A program may close its output and go on. */
static enum child_result wait_for_end(const struct child *child, long long deadline,
                                      const atomic_int *interrupted, int *status)
{
    const struct timespec moment = {.tv_nsec = LOOK_EVERY_MS * 100000L};

    for (;;) {
        pid_t ended = waitpid(child->pid, status, WNOHANG);
        if (ended == child->pid || (ended < 0 && errno != EINTR))
            return CHILD_ENDED;
        if (interrupted && *interrupted)
            return CHILD_INTERRUPTED;
        if (clock_monotonic_ms() >= deadline)
            return CHILD_SLOW;
        nanosleep(&moment, NULL);
    }
}

static enum child_result judge(int status, struct text *why)
{
    int code = WIFSIGNALED(status) ? SHELL_SIGNAL + WTERMSIG(status) : WEXITSTATUS(status);

    if (code > SHELL_SIGNAL && code < SHELL_SIGNAL + SIGRTMIN) {
        text_printf(why, "it was ended by signal %d", code - SHELL_SIGNAL);
        return CHILD_FAILED;
    }
    if (WEXITSTATUS(status) == SHELL_FOUND_NONE)
        return CHILD_MISSING;
    if (WEXITSTATUS(status) == 0)
        return CHILD_ENDED;
    text_printf(why, "it ended with status %d", WEXITSTATUS(status));
    return CHILD_FAILED;
}

static enum child_result follow(const struct child *child, int limit_ms, const atomic_int *interrupted,
                                struct text *out, struct text *why)
{
    long long deadline = clock_monotonic_ms() + limit_ms;
    int status = 0;
    enum child_result result = read_output(child, deadline, interrupted, out);

    if (result == CHILD_ENDED)
        result = wait_for_end(child, deadline, interrupted, &status);
    if (result == CHILD_ENDED)
        return judge(status, why);
    kill(child->is_group ? -child->pid : child->pid, SIGKILL);
    while (waitpid(child->pid, &status, 0) < 0 && errno == EINTR)
        ;
    return result;
}

enum child_result child_output(char *const arguments[], int limit_ms, const atomic_int *interrupted,
                               struct text *out, struct text *why)
{
    bool at_terminal = isatty(STDIN_FILENO) && isatty(STDERR_FILENO);
    struct child child = {0};
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0) {
        text_puts(why, strerror(errno));
        return CHILD_FAILED;
    }
    int error = spawn(arguments, ends[1], at_terminal, &child);
    close(ends[1]);
    child.output = ends[0];
    enum child_result result = error == ENOENT ? CHILD_MISSING : CHILD_FAILED;
    if (error && error != ENOENT)
        text_puts(why, strerror(error));
    if (!error)
        result = follow(&child, limit_ms, interrupted, out, why);
    close(ends[0]);
    return result;
}
