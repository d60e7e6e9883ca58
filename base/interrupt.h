/* SPDX-License-Identifier: Apache-2.0 */
/* The wish of a person or of the system that a program ends: SIGINT, SIGTERM and SIGHUP. For programs that
 * look between two pieces of work. */
#ifndef BASE_INTERRUPT_H
#define BASE_INTERRUPT_H

#include <signal.h>
#include <stdbool.h>

/* Not 0 after one of them came; only ever written by the signal. */
extern volatile sig_atomic_t interrupt_received;

/* From now on the signals only set it. A call that waits (read, poll, ...) then fails with EINTR: input from
 * a terminal or a pipe may never go on. */
void interrupt_catch(void);

/* Waits until there is something to read, or the end. False: one of the signals has come, be it just before.
 * For the thread that they go to. */
bool interrupt_wait_readable(int descriptor);

#endif
