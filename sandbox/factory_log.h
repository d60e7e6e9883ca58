/* SPDX-License-Identifier: Apache-2.0 */
/* The text of a control log, as the factory's tool writes it. */
#ifndef SANDBOX_FACTORY_LOG_H
#define SANDBOX_FACTORY_LOG_H

#include "base/text.h"
#include "sandbox/sidewalk_hsm.h"

/* The constant parts of a log and of an entry. */
struct factory_log {
    const char *head, *between, *tail; /* of the log: before, between and after the entries */
    const char *serial, *apid, *ed25519, *p256, *end;
};

/* The format of Python's json.dump(indent=4), which the factory's tool uses. */
extern const struct factory_log factory_log_indented;
/* The same, one line per device. */
extern const struct factory_log factory_log_lines;

/* Adds the entry of a device. apid: goes into JSON unescaped. */
void factory_log_add(const struct factory_log *log, const char *apid, const struct sidewalk_device *device,
                     struct text *out);

#endif
