/* SPDX-License-Identifier: Apache-2.0 */
/* Words for people at a terminal of which others have written a part (AWS's messages, names in certificates
 * and lists): none of them may command it. Any thread. */
#ifndef BASE_TERMINAL_H
#define BASE_TERMINAL_H

#include <stdarg.h>

#include "base/text.h"

/* Adds string without what a terminal would obey or not show: such characters, and bytes that are no UTF-8,
 * become U+FFFD. */
void terminal_add(const char *string, struct text *out);

/* A line on standard error about what went wrong: the program's name, a colon, and what format makes of the
 * arguments, as terminal_add() has it; after 8,191 bytes it is cut. */
void terminal_complain(const char *program, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

#endif
