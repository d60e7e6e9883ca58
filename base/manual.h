/* SPDX-License-Identifier: Apache-2.0 */
/* A program's manual page, made of its table. */
#ifndef BASE_MANUAL_H
#define BASE_MANUAL_H

#include "base/command_table.h"
#include "base/text.h"

/* Adds the page as man(7) has it. */
void manual_add(const struct subcommands *commands, struct text *out);

#endif
