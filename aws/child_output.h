/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a program and reads what it prints. Any thread. */
#ifndef AWS_CHILD_OUTPUT_H
#define AWS_CHILD_OUTPUT_H

#include <stdatomic.h>
#include <stddef.h>

#include "base/text.h"

#define CHILD_OUTPUT_MAX ((size_t)64 * 1024)

enum child_result {
    CHILD_ENDED,   /* with status 0 */
    CHILD_MISSING, /* there is no such program */
    CHILD_FAILED,  /* any other status, a signal, a system error: why says which */
    CHILD_SLOW,    /* still running after that time: killed */
    CHILD_LARGE,   /* more output than CHILD_OUTPUT_MAX: killed */
    CHILD_INTERRUPTED,
};

/* arguments end with NULL; the first is searched in PATH. At a terminal the program can ask there; otherwise
 * its input and its errors are /dev/null, as they may hold secrets. interrupted may be NULL. */
enum child_result child_output(char *const arguments[], int limit_ms, const atomic_int *interrupted,
                               struct text *out, struct text *why) __attribute__((warn_unused_result));

#endif
