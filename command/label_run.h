/* SPDX-License-Identifier: Apache-2.0 */
/* Labels being made: each is checked, drawn, maybe read back, and written; all of them come into their place
 * at the end, or none. One thread. */
#ifndef COMMAND_LABEL_RUN_H
#define COMMAND_LABEL_RUN_H

#include <signal.h>

#include "command/label_arguments.h"
#include "command/label_progress.h"
#include "label/label.h"

struct label_run;

/* All are borrowed until the run is freed. An exit status, 0 when *out is there; errors are told on standard
 * error. progress may be NULL. */
int label_run_new(const struct label_arguments *arguments, const struct label_rules *rules,
                  struct label_progress *progress, struct label_run **out);
/* line: of the list, or 0: of the command line, where an identifier speaks for itself. After something has
 * gone wrong labels are checked still, so that all mistakes are told, and not made any more. */
void label_run_add(struct label_run *run, const char *identifier, const char *product, const char *serial,
                   unsigned long long line);
/* A row that could not even be read. */
void label_run_refuse(struct label_run *run, unsigned long long line, const char *identifier,
                      const char *why);
/* True when going on is of no use: the output has failed, a code was read wrongly. */
bool label_run_is_over(const struct label_run *run);
unsigned long long label_run_count(const struct label_run *run);
/* The exit status. interrupted: nothing is written. */
int label_run_end(struct label_run *run, bool interrupted);
void label_run_free(struct label_run *run);

#endif
