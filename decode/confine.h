/* SPDX-License-Identifier: Apache-2.0 */
/* Confines a process before it reads untrusted pictures: afterwards it can only compute, within limits, and
 * use its open descriptors, and has no capabilities, whoever it runs as. Call confine_enter() once, before
 * other threads start. Only for expresslink-decode and tests. */
#ifndef DECODE_CONFINE_H
#define DECODE_CONFINE_H

#include <stdbool.h>

#include "base/text.h"

enum confine_mode {
    CONFINE_ONCE,  /* no reading; may write to standard output and error */
    CONFINE_SERVE, /* reads standard input, writes standard output; killed when its parent dies */
};

/* CPU time for one picture. Valid pictures need far less; the parent's deadline (process.h) is
 * for a process that does not set this limit, or hangs. */
#define CONFINE_PICTURE_CPU_MS 4500

/* Bytes of address space of the process. Unlimited under a sanitizer, which reserves terabytes. */
#define CONFINE_MEMORY_MAX ((size_t)96 << 20)
extern const bool confine_limits_memory;

/* Cannot be undone. Closes all descriptors except 0, 1 and 2. Afterwards opening a file or socket, starting a
 * process or mapping executable memory kills the process with SIGSYS. Returns false with a sentence in *why;
 * the process must then not read a picture. */
bool confine_enter(enum confine_mode mode, struct text *why) __attribute__((warn_unused_result));

/* Starts the CPU timer for one picture; when it expires, SIGPROF kills the process. 0 stops it. */
void confine_limit_cpu(long long ms);

#endif
