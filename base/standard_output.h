/* SPDX-License-Identifier: Apache-2.0 */
/* The end of what a program prints. A reader that has seen enough ("| head") is no error; a full disk is one.
 * For programs that ignore SIGPIPE. */
#ifndef BASE_STANDARD_OUTPUT_H
#define BASE_STANDARD_OUTPUT_H

#include <stdbool.h>

#include "base/text.h"

/* Whether standard output is a pipe or a socket that nobody reads any more. */
bool standard_output_is_closed(void);

/* Writes what is still in memory. True if all that was printed has been written, or if nobody reads it any
 * more. */
bool standard_output_flush(void);

/* The same as a command's exit status: status, or after an error, which it prints, 74 (sysexits.h: EX_IOERR).
 * A status of 64 or more stays: its error has been reported. command begins with the program's name. */
int standard_output_end(const char *command, int status);

/* Prints a text, and returns as standard_output_end() with status 0. */
int standard_output_print(const char *command, const struct text *text);

#endif
