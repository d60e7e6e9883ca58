/* SPDX-License-Identifier: Apache-2.0 */
/* Reads control logs as a stream: JSON as Amazon's Sidewalk signing tool writes it,
 *
 *   {"controlLogs": [{"version": "4-0-1", "device": {"serialNumber": "...",
 *                     "productIdentifier": {"advertisedProductId": "..."},
 *                     "sidewalkData": {"SidewalkED25519CertificateChain": "...", ...}}}, ...]}
 *
 * A file has one such document or several in a row (the factory's tool writes one per device). Keys may be in
 * any order; unknown keys are skipped. Memory is bounded for any input. After a mistake in the JSON, reading
 * continues at the next entry, so one mistake hides at most one device.
 *
 * A log may be passed in parts of any size. One thread at a time for each log; events are called on that
 * thread, during control_log_feed() and control_log_end(). */
#ifndef SIDEWALK_CONTROL_LOG_H
#define SIDEWALK_CONTROL_LOG_H

#include <stddef.h>

#include "sidewalk/log_entry.h"

struct control_log_events {
    void *context;
    void (*entry)(void *context, const struct control_log_entry *entry);
    /* The JSON is broken at offset. serial: the device whose entry is lost; "" if there is none or it is
     * unknown. */
    void (*broken)(void *context, unsigned long long offset, const char *what, const char *serial);
    /* It is a device's own file (device_file.h), as far as read from offset on; nothing else of it is
     * reported. */
    void (*device_file)(void *context, unsigned long long offset);
};

struct control_log;
struct control_log *control_log_new(const struct control_log_events *events);
void control_log_free(struct control_log *log);
void control_log_feed(struct control_log *log, const char *bytes, size_t length);
/* Call at the end of the log. */
void control_log_end(struct control_log *log);

#endif
