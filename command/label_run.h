/* SPDX-License-Identifier: Apache-2.0 */
/* One run that creates labels: each is checked, drawn, read back if wanted, and written. The output appears
 * at the end, all of it or nothing. One thread. */
#ifndef COMMAND_LABEL_RUN_H
#define COMMAND_LABEL_RUN_H

#include <signal.h>

#include "base/progress.h"
#include "command/label_arguments.h"
#include "label/label.h"

struct label_run;

/* Borrows all arguments until the run is freed. Returns an exit status, 0 if *out is set; prints errors to
 * standard error. progress may be NULL. */
int label_run_new(const struct label_arguments *arguments, const struct label_rules *rules,
                  struct progress *progress, struct label_run **out);
/* line: in the list, or 0 for the command line, where the error names the identifier instead. After an error
 * labels are still checked, so that all mistakes are reported, but no longer created. */
void label_run_add(struct label_run *run, const char *identifier, const char *product, const char *serial,
                   unsigned long long line);
/* Reports a row that cannot be parsed. */
void label_run_refuse(struct label_run *run, unsigned long long line, const char *why);
/* Returns true if continuing is useless: the output failed, or a code read back wrong. */
bool label_run_is_over(const struct label_run *run);
unsigned long long label_run_count(const struct label_run *run);
/* Finishes the run and returns the exit status. interrupted: nothing is written. */
int label_run_end(struct label_run *run, bool interrupted);
void label_run_free(struct label_run *run);

#endif
