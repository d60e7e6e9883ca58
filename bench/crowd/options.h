/* SPDX-License-Identifier: Apache-2.0 */
/* The command line of bench/crowd. */
#ifndef BENCH_CROWD_OPTIONS_H
#define BENCH_CROWD_OPTIONS_H

#include <stdbool.h>

#include "bench/crowd/policy.h"
#include "bench/crowd/scenario.h"

struct options {
    struct scenario scenario;
    unsigned policies; /* bit n: number n of options_policy() */
    bool values;       /* for a program to read */
    bool find_connections;
};

/* Exits with 64 and a sentence on stderr where the arguments are wrong, with 0 after --help. */
void options_read(struct options *options, int argc, char **argv);

/* Number 0, 1, ...; NULL after the last one. */
const struct policy *options_policy(unsigned number);

#endif
