/* SPDX-License-Identifier: Apache-2.0 */
/* All modules of one process and the commands for them. One thread. */
#ifndef SANDBOX_FLEET_H
#define SANDBOX_FLEET_H

#include <stddef.h>

#include "base/text.h"
#include "sandbox/module.h"

struct fleet;

/* options and mailbox are borrowed. start_gap_us: time between two modules' first connections, when many are
 * switched on at once. Owned. */
struct fleet *fleet_new(const struct module_options *options, struct mailbox *mailbox,
                        long long start_gap_us);
void fleet_free(struct fleet *fleet); /* switches all off; NULL is fine */

void fleet_add(struct fleet *fleet, const char *thing_name);
void fleet_switch_on(struct fleet *fleet);

/* Does what is due and what has come by mail; returns the milliseconds until something is due, -1: nothing
 * is. */
int fleet_run(struct fleet *fleet);

/* One command: on, off, reset or status, with a thing name or for all; list. The answer is one JSON line
 * (list: one a module). line is changed. */
void fleet_command(struct fleet *fleet, char *line, struct text *reply);

#endif
