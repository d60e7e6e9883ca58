/* SPDX-License-Identifier: Apache-2.0 */
/* One expresslink-decode as its parent sees it: started, asked, ended. What it answers is not trusted either.
 * One thread at a time. */
#ifndef DECODE_PROCESS_H
#define DECODE_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/text.h"
#include "decode/decode.h"

/* What reading one picture may take before it is given up, in milliseconds. */
#define DECODE_DEADLINE_MS 5000

struct decode_process;

/* The program beside this one, or in the build tree that this one is in. False with a sentence in *why. */
bool decode_program(struct text *path, struct text *why);

/* NULL with a sentence in *why: not found, or its sandbox cannot be set up here. Returns once it is ready. It
 * dies with the thread that started it. */
struct decode_process *decode_process_start(const char *program, struct text *why);
/* Ends it at once; waits for its end. NULL is fine. */
void decode_process_stop(struct decode_process *process);
pid_t decode_process_id(const struct decode_process *process);

/* Blocks until the answer or the deadline. After DECODE_TOO_SLOW, DECODE_CRASHED and DECODE_UNAVAILABLE the
 * process is of no use any more: stop it and start another. out is filled on DECODE_OK only. */
enum decode_error decode_process_ask(struct decode_process *process, const unsigned char *bytes,
                                     size_t length, long long deadline_ms, struct decode_result *out)
    __attribute__((warn_unused_result));

#endif
