/* SPDX-License-Identifier: Apache-2.0 */
/* What a process may still do once it looks at pictures of strangers: compute, within bounds, and speak
 * through the descriptors that it has. Only in expresslink-decode and in tests; before other threads start.
 */
#ifndef DECODE_SANDBOX_H
#define DECODE_SANDBOX_H

#include <stdbool.h>

#include "base/text.h"

enum sandbox_mode {
    SANDBOX_ONCE,  /* reads nothing any more, writes to standard output and error */
    SANDBOX_SERVE, /* reads standard input, writes to standard output; dies with its parent */
};

/* Processor time for one picture. No sound one comes near; the parent's deadline (process.h) is wall time. */
#define SANDBOX_PICTURE_CPU_MS 4500

/* Address space of the whole process. Under a sanitizer, which reserves terabytes, there is no limit. */
#define SANDBOX_MEMORY_MAX ((size_t)96 << 20)
extern const bool sandbox_limits_memory;

/* For good: there is no way out of it. All descriptors but 0, 1 and 2 are closed; no file, socket, process or
 * executable memory can be had any more: who tries dies of SIGSYS. False with a sentence in *why, and then
 * the process must not touch a picture. */
bool sandbox_enter(enum sandbox_mode mode, struct text *why) __attribute__((warn_unused_result));

/* Starts the clock for one picture; when it runs out, the process dies of SIGPROF. 0: stops it. */
void sandbox_limit_cpu(long long ms);

#endif
