/* SPDX-License-Identifier: Apache-2.0 */
/* The check before an import: compares the list of serial numbers (CSV) with the factory's control logs. Both
 * are read as streams; memory grows with the number of devices (about 100 bytes each), not with the size of
 * the logs. */
#ifndef SIDEWALK_RECONCILIATION_H
#define SIDEWALK_RECONCILIATION_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"
#include "sidewalk/finding.h"
#include "sidewalk/root_keys.h"
#include "sidewalk/smsn.h"

struct reconciliation_progress {
    unsigned long long bytes_done, bytes_all; /* of all files; bytes_all 0: unknown (a pipe) */
    unsigned long long rows, entries;
};

struct reconciliation_options {
    const char *list; /* path of the CSV; "-": standard input */
    const char *const
        *logs; /* paths of files and folders: all files in a folder except hidden ones, sorted by name */
    size_t log_count;
    const char *apid;              /* every entry must have it; NULL: the one that most entries have */
    bool allow_test;               /* devices for tests, too: labels other than production */
    const struct root_keys *roots; /* the chains must end in these; NULL: not compared */
    bool verify_signatures;        /* also of the devices' own certificates: about a millisecond per device */
    void (*found)(void *context, const struct found *found); /* on the caller's thread; may be NULL */
    void (*progress)(void *context,
                     const struct reconciliation_progress *progress); /* called regularly; may be NULL */
    /* Called for every row that a corrected list should have, in order, as 64 hex digits: duplicates and
     * rows that are not clear (serial_list.h) are left out, base64 is converted. May be NULL. */
    void (*good_row)(void *context, const char hex[SMSN_HEX_SIZE]);
    void *context;
    const atomic_int *interrupted; /* may be NULL */
};

struct reconciliation {
    unsigned long long rows;    /* of the list, without header and empty lines */
    unsigned long long entries; /* of the logs */
    unsigned long long matched; /* devices that are in both, without problems */
    unsigned long long findings[FINDING_COUNT];
    char apid[65];  /* the wanted ApId, or the one that most entries have; "": none */
    bool may_start; /* there are rows, and no findings except warnings */
};

enum reconciliation_error {
    RECONCILIATION_OK,
    RECONCILIATION_CANNOT_READ, /* why names the file and the system's error */
    RECONCILIATION_INTERRUPTED,
};

/* Blocks. Fills out only with RECONCILIATION_OK. */
enum reconciliation_error reconcile(const struct reconciliation_options *options, struct reconciliation *out,
                                    struct text *why) __attribute__((warn_unused_result));

#endif
