/* SPDX-License-Identifier: Apache-2.0 */
/* Control logs as a stream: JSON as Amazon's Sidewalk signing tool writes it,
 *
 *   {"controlLogs": [{"version": "4-0-1", "device": {"serialNumber": "...",
 *                     "productIdentifier": {"advertisedProductId": "..."},
 *                     "sidewalkData": {"SidewalkED25519CertificateChain": "...", ...}}}, ...]}
 *
 * one such document in a file or several, one behind the other (the factory's tool writes one a device). Keys
 * stand in any order, unknown ones are skipped. Memory is bounded whatever the log holds. After a mistake in
 * the JSON the log is taken up again at the next entry, so that one mistake hides at most one device.
 *
 * Parts of a log may be cut anywhere. One thread at a time for a log; events come on it, during
 * control_log_feed() and control_log_end(). */
#ifndef SIDEWALK_CONTROL_LOG_H
#define SIDEWALK_CONTROL_LOG_H

#include <stddef.h>

#include "base/text.h"
#include "sidewalk/certificate_chain.h"

#define CONTROL_LOG_ENTRY_MAX ((size_t)1 << 20) /* bytes of one entry */
#define CONTROL_LOG_DEPTH_MAX 64

/* Texts are not checked (not even for being UTF-8 free of controls); they are empty where the log has none.
 * Of overlong ones there is only the start. */
struct control_log_entry {
    unsigned long long offset; /* byte of the log where it begins */
    struct text serial, version, apid;
    struct text chains[CHAIN_P256 + 1];
    struct text mistake; /* for people; empty: it has the shape that it should have */
};

struct control_log_events {
    void *context;
    void (*entry)(void *context, const struct control_log_entry *entry);
    /* The JSON is broken at offset. serial: of the device whose entry is lost with it, "" where there is none
     * or it is not known. */
    void (*broken)(void *context, unsigned long long offset, const char *what, const char *serial);
};

struct control_log;
struct control_log *control_log_new(const struct control_log_events *events);
void control_log_free(struct control_log *log);
void control_log_feed(struct control_log *log, const char *bytes, size_t length);
/* The log is complete. */
void control_log_end(struct control_log *log);

#endif
