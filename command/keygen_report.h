/* SPDX-License-Identifier: Apache-2.0 */
/* Prints what `expresslink-claim keygen` created, what to send to AWS and what never, and what to do next.
 * One thread. */
#ifndef COMMAND_KEYGEN_REPORT_H
#define COMMAND_KEYGEN_REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/text.h"

enum keygen_state { KEYGEN_NONE, KEYGEN_MADE, KEYGEN_KEPT };

struct keygen_file {
    struct text path; /* owned */
    enum keygen_state state;
};

struct keygen_outcome {
    bool observer;    /* else a claim-thing */
    const char *name; /* common name, and stem of the file names; borrowed */
    struct text kind; /* the kind of key, such as "P-256"; owned */
    bool key_is_open; /* other users can read the key file */
    struct keygen_file key, request, certificate;
};

void keygen_outcome_fini(struct keygen_outcome *outcome);

/* Returns false if writing to out fails. */
bool keygen_report_print(FILE *out, const struct keygen_outcome *outcome);
/* Prints one object: name, role, key, request, certificate (path and state "made", "kept" or "none"), send
 * (NULL: nothing yet), never_send, next (a command, or NULL). Returns false if writing fails. */
bool keygen_report_json(FILE *out, const struct keygen_outcome *outcome);

#endif
