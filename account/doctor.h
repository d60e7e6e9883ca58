/* SPDX-License-Identifier: Apache-2.0 */
/* Whether everything that a claim needs is right, from the files to both accounts, and what would mend it. A
 * library: expresslink-claim prints what it tells, and others may show it.
 *
 * One call, one thread, blocks; every wait is bounded (network_ms). It connects with the claim-thing's and
 * the observer's own client ids, as nothing else would be let in: a portal that runs loses its connection for
 * moments, and nothing else. It publishes one message to a thing name that no module has, and changes
 * nothing. */
#ifndef ACCOUNT_DOCTOR_H
#define ACCOUNT_DOCTOR_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>

#include "aws/session.h"
#include "base/config.h"
#include "claim/settings.h"

enum doctor_level { DOCTOR_OK, DOCTOR_WARNING, DOCTOR_FAILED, DOCTOR_SKIPPED };
const char *doctor_level_name(enum doctor_level level); /* "ok", "warning", "failed", "skipped" */

struct doctor_finding {  /* texts are borrowed for the call */
    const char *check;   /* stable, for programs: "staging.tls.chain"; see doctor_checks */
    const char *subject; /* "staging acme", "endpoint home", "birth certificate", "AWS" */
    const char *title;   /* "Key and certificate belong together" */
    enum doctor_level level;
    const char *seen; /* what was found, a few words; may be "" */
    const char *mend; /* what to do, one sentence; "" where nothing is to be done */
};

struct doctor_options { /* all borrowed */
    /* Loaded, maybe with errors, each of which is told. NULL: settings come from elsewhere. */
    const struct config *config;
    const struct claim_settings *settings; /* as claim_settings_load_partly() leaves them */
    /* Only this staging account, only this endpoint; with either of them nothing is looked at but what is
     * named. NULL: all. */
    const char *staging, *endpoint;
    const char *birth_certificate; /* a file; NULL: not looked at */
    struct aws_session *aws;       /* NULL: those checks are told as skipped */
    const char *aws_missing;       /* why aws is NULL, a sentence; NULL: nobody asked for them */
    bool aws_wanted;               /* that AWS cannot be asked is a failure, not a reason to skip */
    const char *setup_name;        /* which setup (account/setup/setup.h) is looked at; NULL: "expresslink" */
    bool offline;                  /* files only */
    int network_ms;                /* for each step that waits; 0: 10000 */
    int stay_ms; /* how long to stay connected to see that nobody takes the client id; 0: 3000 */
    const volatile sig_atomic_t *interrupted; /* may be NULL */
    void (*tell)(void *context, const struct doctor_finding *finding);
    void *context;
};

struct doctor_totals {
    unsigned ok, warnings, failed, skipped;
};

/* mqtt_library_init() was called. Ends early, with what was told so far, where it is interrupted. */
void doctor_run(const struct doctor_options *options, struct doctor_totals *out);

/* Every check there is, for documents and tests. */
struct doctor_check {
    const char *id, *title;
};
extern const struct doctor_check doctor_checks[];
extern const size_t doctor_check_count;

#endif
