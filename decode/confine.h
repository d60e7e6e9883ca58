/* SPDX-License-Identifier: Apache-2.0 */
/* What a process may still do once it looks at pictures of strangers: compute, within bounds, and speak
 * through the descriptors that it has. Only in expresslink-decode and in tests; before other threads start.
 */
#ifndef DECODE_CONFINE_H
#define DECODE_CONFINE_H

#include <stdbool.h>

#include "base/text.h"

enum confine_mode {
    CONFINE_ONCE,  /* reads nothing any more, writes to standard output and error */
    CONFINE_SERVE, /* reads standard input, writes to standard output; dies with its parent */
};

/* Processor time for one picture. No sound one comes near; the parent's deadline (process.h) is wall time. */
#define CONFINE_PICTURE_CPU_MS 4500

/* Address space of the whole process. Under a sanitizer, which reserves terabytes, there is no limit. */
#define CONFINE_MEMORY_MAX ((size_t)96 << 20)
extern const bool confine_limits_memory;

/* For good: there is no way out of it. All descriptors but 0, 1 and 2 are closed; no file, socket, process or
 * executable memory can be had any more: who tries dies of SIGSYS. False with a sentence in *why, and then
 * the process must not touch a picture. */
bool confine_enter(enum confine_mode mode, struct text *why) __attribute__((warn_unused_result));

/* Starts the clock for one picture; when it runs out, the process dies of SIGPROF. 0: stops it. */
void confine_limit_cpu(long long ms);

#endif
