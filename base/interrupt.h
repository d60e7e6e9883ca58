/* SPDX-License-Identifier: Apache-2.0 */
/* Catches SIGINT, SIGTERM and SIGHUP in a flag. For programs that check between two steps whether to stop. */
#ifndef BASE_INTERRUPT_H
#define BASE_INTERRUPT_H

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>

/* Nonzero after one of the signals. Only the signal handler and interrupt_now() write it: it is atomic, as
 * other threads read it. */
extern atomic_int interrupt_received;

/* Installs the handler. A blocking call (read, poll, ...) then fails with EINTR, so a program is not stuck
 * waiting for input from a terminal or pipe. */
void interrupt_catch(void);

/* As if one of the signals had arrived. */
void interrupt_now(void);

/* Waits until descriptor is readable or at its end. Returns false if one of the signals has arrived, also
 * before the call. Call on the thread that receives the signals. */
bool interrupt_wait_readable(int descriptor);

#endif
