/* SPDX-License-Identifier: Apache-2.0 */
/* Starts, uses and stops one expresslink-decode process. Its answers are untrusted. One thread at a time. */
#ifndef DECODE_PROCESS_H
#define DECODE_PROCESS_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/text.h"
#include "decode/decode.h"

/* Deadline for one picture, in milliseconds of the process' processor time. It is over too when so many times
 * as long has passed: the process hangs, or the machine is much too busy. */
#define DECODE_DEADLINE_MS 5000
#define DECODE_DEADLINE_WAITS 4

struct decode_process;

/* Finds expresslink-decode beside the running program, or in its build tree. Returns false with a sentence in
 * *why. */
bool decode_program(struct text *path, struct text *why);

/* Starts a process and returns when it is ready. Returns NULL with a sentence in *why if it is not found or
 * its sandbox cannot be set up. The process is killed when the thread that started it ends. */
struct decode_process *decode_process_start(const char *program, struct text *why);
/* Kills the process and waits for its end. NULL is allowed. */
void decode_process_stop(struct decode_process *process);
pid_t decode_process_id(const struct decode_process *process);

/* Is asked about every so many milliseconds while decode_process_ask() waits, on the thread that called it.
 * When it returns false, the picture is given up as at the deadline. */
struct decode_watch {
    bool (*go_on)(void *context); /* NULL: none */
    void *context;
    int every_ms;
};
void decode_process_set_watch(struct decode_process *process, const struct decode_watch *watch); /* copied */

/* Processor time of the process since its start, in microseconds, also after it has ended. */
long long decode_process_used_us(const struct decode_process *process);

/* Blocks until the answer or the deadline (as DECODE_DEADLINE_MS says). After DECODE_TOO_SLOW, DECODE_CRASHED
 * and DECODE_UNAVAILABLE the process is unusable: stop it and start another. out is filled on DECODE_OK only.
 */
enum decode_error decode_process_ask(struct decode_process *process, const unsigned char *bytes,
                                     size_t length, long long deadline_ms, struct decode_result *out)
    __attribute__((warn_unused_result));

#endif
