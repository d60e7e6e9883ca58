/* SPDX-License-Identifier: Apache-2.0 */
/* Checks everything that a claim needs, from the files to both AWS accounts, and says how to fix what is
 * wrong. A library: call doctor_run(), which reports each finding through a callback; expresslink-claim
 * prints them.
 *
 * One thread; blocks; every wait is bounded (network_ms). It connects with the client ids of the claim-thing
 * and the observer, because the accounts accept no others: a running portal loses its connection for moments,
 * and nothing else. It publishes one message to a thing name that no module has, and changes nothing. */
#ifndef ACCOUNT_DOCTOR_H
#define ACCOUNT_DOCTOR_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "aws/session.h"
#include "base/config.h"
#include "claim/settings.h"

enum doctor_level { DOCTOR_OK, DOCTOR_WARNING, DOCTOR_FAILED, DOCTOR_SKIPPED };
const char *doctor_level_name(enum doctor_level level); /* "ok", "warning", "failed", "skipped" */

struct doctor_finding {  /* texts are borrowed for the call */
    const char *check;   /* stable, for programs: "staging.tls.chain"; see doctor_checks */
    const char *subject; /* "staging acme", "staging acme.2", "endpoint home", "birth certificate", "AWS" */
    const char *title;   /* "Key and certificate belong together" */
    enum doctor_level level;
    const char *seen; /* what was found, a few words; may be "" */
    const char *mend; /* how to fix it, one sentence; "": nothing to do */
};

struct doctor_options { /* all borrowed */
    /* Loaded, maybe with errors, each of which is reported. NULL: settings come from elsewhere. */
    const struct config *config;
    /* Of its file, for what the portal says of it, and needs of this machine. NULL: not checked. */
    const char *config_path;
    const struct claim_settings *settings; /* from claim_settings_load_partly() */
    /* Check only this staging account or endpoint; with either set, only what is named is checked. NULL:
     * all. */
    const char *staging, *endpoint;
    const char *birth_certificate; /* a file; NULL: not checked */
    struct aws_session *aws;       /* NULL: those checks are reported as skipped */
    const char *aws_missing;       /* why aws is NULL, a sentence; NULL: not requested */
    bool aws_wanted;               /* without AWS access the checks fail instead of being skipped */
    const char *setup_name;        /* setup (account/setup/setup.h) to check; NULL: "expresslink" */
    const char *const *topics;     /* would these pass the modules' policy? end with NULL; NULL: none */
    bool offline;                  /* files only */
    int network_ms;                /* for each step that waits; 0: 10000 */
    int stay_ms; /* how long to stay connected to see that no other client takes the id; 0: 3000 */
    const atomic_int *interrupted; /* may be NULL */
    void (*tell)(void *context, const struct doctor_finding *finding);
    void *context;
};

struct doctor_totals {
    unsigned ok, warnings, failed, skipped;
};

/* Call mqtt_library_init() first. When interrupted, ends early with the findings so far. */
void doctor_run(const struct doctor_options *options, struct doctor_totals *out);

/* All checks, for documents and tests. */
struct doctor_check {
    const char *id, *title;
};
extern const struct doctor_check doctor_checks[];
extern const size_t doctor_check_count;

#endif
