/* SPDX-License-Identifier: Apache-2.0 */
/* What a control log says of one device. */
#ifndef SIDEWALK_LOG_ENTRY_H
#define SIDEWALK_LOG_ENTRY_H

#include <stddef.h>

#include "base/text.h"
#include "sidewalk/certificate_chain.h"

#define CONTROL_LOG_ENTRY_MAX ((size_t)1 << 20) /* bytes of one entry */
#define CONTROL_LOG_DEPTH_MAX 64

/* The strings are not validated (not even as UTF-8) and are empty if the log does not have them. Overlong
 * strings are cut. */
struct control_log_entry {
    unsigned long long offset; /* byte of the log at which the entry begins */
    struct text serial, version, apid;
    struct text label; /* the stage for which the signing tool made it: production, preproduction, test */
    struct text chains[CHAIN_P256 + 1];
    struct text mistake; /* for people; empty: the entry has the right structure */
};

#endif
