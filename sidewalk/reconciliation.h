/* SPDX-License-Identifier: Apache-2.0 */
/* The check before an import: do the list of serial numbers (CSV) and the factory's control logs agree? Both
 * are read as streams; memory grows with the number of devices (about 100 bytes each), not with the size of
 * the logs. */
#ifndef SIDEWALK_RECONCILIATION_H
#define SIDEWALK_RECONCILIATION_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "sidewalk/smsn.h"

enum finding {
    FINDING_ONLY_IN_LIST,  /* no control log has it: AWS would wait 90 days for it, and then fail it */
    FINDING_ONLY_IN_LOG,   /* was made, and will not be imported: a warning */
    FINDING_TWICE_IN_LIST, /* again on this line */
    FINDING_TWICE_IN_LOG,  /* the same entry again: a warning */
    FINDING_CONTRADICTED,  /* again in a log with another ApId or other certificates */
    FINDING_BAD_ROW,       /* of the list, its header included: detail says what */
    FINDING_BASE64_ROW,    /* of the list: the right number, in base64 instead of hex */
    FINDING_BAD_ENTRY,     /* of a log: no serial number, no device, a serial number that is none ... */
    FINDING_BAD_LOG, /* the log is no JSON, cut off, or of another shape; it is read on at the next entry */
    FINDING_UNKNOWN_VERSION, /* of an entry: a warning */
    FINDING_WRONG_APID,      /* of an entry: another one than was asked for, or than most entries have */
    FINDING_CHAIN_MISSING,   /* of an entry: no Ed25519 or no P-256 certificate chain */
    FINDING_CHAIN_BROKEN,    /* of an entry: does not decode, or its signatures do not hold */
    FINDING_CHAIN_FOREIGN,   /* of an entry: is of another serial number */
    FINDING_COUNT,
};
/* "only_in_list" ... for JSON and CSV; a few words for people; whether an import may start all the same. */
const char *finding_name(enum finding finding);
const char *finding_words(enum finding finding);
bool finding_is_warning(enum finding finding);

struct found {
    enum finding finding;
    const char *file;          /* borrowed: of the list or of a control log */
    unsigned long long line;   /* of the list, from 1; 0 for logs */
    unsigned long long offset; /* of the log, bytes; where the entry or the mistake begins */
    const struct smsn *smsn;   /* NULL: not known */
    const char *detail;        /* borrowed, for people: what exactly; "" where the finding says it all */
};

struct reconciliation_progress {
    unsigned long long bytes_done, bytes_all; /* of all files; bytes_all 0: not known (a pipe) */
    unsigned long long rows, entries;
};

struct reconciliation_options {
    const char *list; /* path of the CSV, "-": standard input */
    const char *const
        *logs; /* paths of files and folders: of these all files but hidden ones, sorted by name */
    size_t log_count;
    const char *apid;       /* every entry must have it; NULL: the one that most have is the right one */
    bool verify_signatures; /* of the device certificates too: about a millisecond a device */
    void (*found)(void *context, const struct found *found); /* on the caller's thread; may be NULL */
    void (*progress)(void *context,
                     const struct reconciliation_progress *progress); /* now and then; may be NULL */
    /* Every row of the list that a corrected one may have, in order, as 64 hex digits: doubles and bad rows
     * are left out, base64 is converted. May be NULL. */
    void (*good_row)(void *context, const char hex[SMSN_HEX_SIZE]);
    void *context;
    const atomic_int *interrupted; /* may be NULL */
};

struct reconciliation {
    unsigned long long rows;    /* of the list, header and empty lines not counted */
    unsigned long long entries; /* of the logs */
    unsigned long long matched; /* devices that are in both, and sound */
    unsigned long long findings[FINDING_COUNT];
    char apid[65];  /* the one that was asked for, or that most entries have; "": none */
    bool may_start; /* there are rows, and no finding but warnings */
};

enum reconciliation_error {
    RECONCILIATION_OK,
    RECONCILIATION_CANNOT_READ, /* a file: why says which, and what the system says */
    RECONCILIATION_INTERRUPTED,
};

/* Blocks. out is filled on RECONCILIATION_OK. */
enum reconciliation_error reconcile(const struct reconciliation_options *options, struct reconciliation *out,
                                    struct text *why) __attribute__((warn_unused_result));

#endif
