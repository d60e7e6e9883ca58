/* SPDX-License-Identifier: Apache-2.0 */
#include "base/interrupt.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stddef.h>

atomic_int interrupt_received;

static void receive(int number)
{
    (void)number;
    interrupt_received = 1;
}

static const int signals[] = {SIGINT, SIGTERM, SIGHUP};

void interrupt_catch(void)
{
    struct sigaction action = {.sa_handler = receive};

    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaction(signals[i], &action, NULL);
}

void interrupt_now(void)
{
    interrupt_received = 1;
}

/* A signal between a check of the flag and read() would go unnoticed until read() returns. So the signals
 * stay blocked until ppoll() waits. */
bool interrupt_wait_readable(int descriptor)
{
    struct pollfd waiting = {.fd = descriptor, .events = POLLIN};
    sigset_t held, before;
    int ready = -1;

    sigemptyset(&held);
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        sigaddset(&held, signals[i]);
    pthread_sigmask(SIG_BLOCK, &held, &before);
    do
        ready = interrupt_received ? 0 : ppoll(&waiting, 1, NULL, &before);
    while (ready < 0 && errno == EINTR);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return !interrupt_received;
}
