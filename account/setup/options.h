/* SPDX-License-Identifier: Apache-2.0 */
/* The wanted state of a setup, and the report of one step. */
#ifndef ACCOUNT_SETUP_OPTIONS_H
#define ACCOUNT_SETUP_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "account/keys/certificate.h"
#include "account/oem_account.h"
#include "account/policy/topics.h"
#include "account/provisioning_template.h"

enum setup_mode { SETUP_SNI_ONLY, SETUP_DEFAULT };

struct setup_authority {
    const struct certificate *certificate;
    const char *verification; /* PEM of its verification certificate; NULL in mode SNI_ONLY */
};

struct setup_options { /* all borrowed */
    const char *name;
    enum setup_mode mode;
    const struct setup_authority *authorities;
    size_t authority_count;
    struct provisioning_options provisioning; /* policy_name is not used: it is the setup's */
    struct policy_topics topics;              /* that modules use beside their own */
    const char *observer_client_id;           /* "portal-observer" */
    const char *observer_request;             /* PEM of a signing request; NULL: no observer is made */
    const char *description;                  /* of the template; NULL: a usual one */
    bool overwrite;                           /* also take back what others have changed */
    bool keep_topics;  /* topics does not have all of them: what else the modules' policy allows stays */
    bool events_queue; /* make a queue for the account's events, and its rules */
    /* NULL: provisioning by CAs. Otherwise fleet provisioning by claim, with things named
     * <fleet_prefix><serial number>. */
    const char *fleet_prefix;
};

enum setup_action { SETUP_KEEP, SETUP_CREATE, SETUP_CHANGE, SETUP_DELETE };

struct setup_step { /* texts are borrowed for the call */
    /* "role", "policy", "thing type", "thing group", "template", "CA", "observer", "events", "certificate",
     * "billing group", "queue", "rule" */
    const char *kind;
    const char *name; /* "expresslink-module"; of a CA its subject */
    enum setup_action action;
    const char *detail; /* the difference, for people; may be "" */
    const char *kept;   /* what others have changed and stays, for people; may be "" */
};

#endif
