/* SPDX-License-Identifier: Apache-2.0 */
/* Scripts with which bash and zsh complete a program's commands, options and files, made of its table. */
#ifndef BASE_COMPLETION_H
#define BASE_COMPLETION_H

#include <stdbool.h>

#include "base/command_table.h"
#include "base/text.h"

/* False if shell is neither "bash" nor "zsh". */
bool completion_add(const struct subcommands *commands, const char *shell, struct text *out);

#endif
