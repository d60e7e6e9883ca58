/* SPDX-License-Identifier: Apache-2.0 */
/* Prints the results of simulations. */
#ifndef BENCH_CROWD_RESULTS_TABLE_H
#define BENCH_CROWD_RESULTS_TABLE_H

#include "bench/crowd/simulation.h"

void results_table_head(const struct scenario *scenario);
void results_table_rows(const char *policy, const struct result *result);
/* The same for a program: "POLICY GROUP.NAME VALUE", one a line. */
void results_table_values(const char *policy, const struct result *result);

#endif
