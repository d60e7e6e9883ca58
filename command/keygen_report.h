/* SPDX-License-Identifier: Apache-2.0 */
/* What `expresslink-claim keygen` says: what was made, what is sent to AWS and what never, and what comes
 * next. One thread. */
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
    bool observer;    /* or a claim-thing */
    const char *name; /* common name and stem; borrowed */
    struct text kind; /* of the key, "P-256"; owned */
    bool key_is_open; /* others may read its file */
    struct keygen_file key, request, certificate;
};

void keygen_outcome_fini(struct keygen_outcome *outcome);

/* False: out cannot be written. */
bool keygen_report_print(FILE *out, const struct keygen_outcome *outcome);
/* One object: name, role, key, request, certificate (path and state "made", "kept" or "none"), send (NULL:
 * nothing yet), never_send, next (a command, or NULL). */
bool keygen_report_json(FILE *out, const struct keygen_outcome *outcome);

#endif
