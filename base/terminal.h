/* SPDX-License-Identifier: Apache-2.0 */
/* The width of a terminal, and printing text that is partly untrusted (messages of AWS, names in certificates
 * and lists), so that it cannot send control sequences. Any thread. */
#ifndef BASE_TERMINAL_H
#define BASE_TERMINAL_H

#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"

/* How many columns the terminal has that out writes to: at least 40; 80 if that is not known, or out is not a
 * terminal. */
int terminal_columns(FILE *out);

/* Adds string to out with invalid UTF-8 bytes and characters that a terminal would interpret or hide replaced
 * by U+FFFD. */
void terminal_add(const char *string, struct text *out);

/* Prints one error line to standard error: the program's name, a colon and the formatted message, cleaned by
 * terminal_add(). Messages are cut after 8,191 bytes. */
void terminal_complain(const char *program, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

#endif
