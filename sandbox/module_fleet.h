/* SPDX-License-Identifier: Apache-2.0 */
/* All modules of a process, and the commands for them. One thread. */
#ifndef SANDBOX_MODULE_FLEET_H
#define SANDBOX_MODULE_FLEET_H

#include <stddef.h>

#include "base/text.h"
#include "sandbox/module.h"

struct fleet;

/* options and mailbox are borrowed. start_gap_us: the time between the first connections of two modules if
 * many are switched on at once. The result is owned. */
struct fleet *fleet_new(const struct module_options *options, struct mailbox *mailbox,
                        long long start_gap_us);
void fleet_free(struct fleet *fleet); /* switches all off first; NULL is allowed */

void fleet_add(struct fleet *fleet, const char *thing_name);
void fleet_switch_on(struct fleet *fleet);

/* Does what is due and handles the mailbox. Returns the milliseconds until the next thing is due; -1: nothing
 * is. */
int fleet_run(struct fleet *fleet);

/* Runs one command: on, off, reset or status, with a thing name or for all; list. The answer is one JSON line
 * (list: one per module). Changes line. */
void fleet_command(struct fleet *fleet, char *line, struct text *reply);

#endif
