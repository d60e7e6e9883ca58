/* SPDX-License-Identifier: Apache-2.0 */
/* What a reconciliation (reconciliation.h) finds in a list of serial numbers and in control logs. */
#ifndef SIDEWALK_FINDING_H
#define SIDEWALK_FINDING_H

#include <stdbool.h>

#include "sidewalk/smsn.h"

enum finding {
    FINDING_ONLY_IN_LIST,  /* in no control log: AWS would wait 90 days for the device, then fail it */
    FINDING_ONLY_IN_LOG,   /* made, but will not be imported: a warning */
    FINDING_TWICE_IN_LIST, /* again on this line */
    FINDING_TWICE_IN_LOG,  /* the same entry again: a warning */
    FINDING_CONTRADICTED,  /* again in a log, with another ApId or other certificates */
    FINDING_BAD_ROW,       /* of the list, including its header: detail says what is wrong */
    FINDING_BASE64_ROW,    /* of the list: the right number, in base64 instead of hex */
    FINDING_BAD_ENTRY,     /* of a log: no device, or no valid serial number */
    FINDING_BAD_LOG,     /* not JSON, cut off, or of another structure; reading continues at the next entry */
    FINDING_DEVICE_FILE, /* not a list or log, but a device's own file, with private keys */
    FINDING_UNKNOWN_VERSION, /* of an entry: a warning */
    FINDING_WRONG_APID,      /* of an entry: not the wanted ApId, or not the one that most entries have */
    FINDING_CHAIN_MISSING,   /* of an entry: no Ed25519 or no P-256 certificate chain */
    FINDING_CHAIN_BROKEN,    /* of an entry: does not decode, or a signature is not valid */
    FINDING_CHAIN_FOREIGN,   /* of an entry: belongs to another serial number */
    FINDING_OTHER_ROOT,      /* of an entry: a chain does not end in Amazon's root */
    FINDING_TEST_DEVICE,     /* of an entry: its label is not production */
    FINDING_TEST_ALLOWED,    /* the same, and allow_test: a warning */
    FINDING_COUNT,
};
/* The finding's name ("only_in_list") for JSON and CSV, its words for people, and whether an import may start
 * in spite of it. */
const char *finding_name(enum finding finding);
const char *finding_words(enum finding finding);
bool finding_is_warning(enum finding finding);

struct found {
    enum finding finding;
    const char *file;          /* borrowed: the list or a control log */
    unsigned long long line;   /* in the list, from 1; 0 for logs */
    unsigned long long offset; /* in the log, in bytes: where the entry or the mistake begins */
    const struct smsn *smsn;   /* NULL: unknown */
    const char *detail;        /* borrowed, for people: details; "" if there are none */
};

#endif
