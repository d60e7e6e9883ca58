/* SPDX-License-Identifier: Apache-2.0 */
/* The device profile of a batch, as `check` and `start` use it. */
#ifndef SIDEWALK_COMMAND_BATCH_PROFILE_H
#define SIDEWALK_COMMAND_BATCH_PROFILE_H

#include <stdbool.h>

#include "sidewalk/command/common.h"
#include "sidewalk/device_profile.h"

struct batch_profile { /* free with batch_profile_fini(); all zero: none was given */
    struct device_profile profile;
    const struct dak_certificate
        *certificate; /* with factory support; NULL: the profile cannot be used for a batch */
};
void batch_profile_fini(struct batch_profile *batch);

/* Reads the profile from AWS. Returns COMMAND_DONE, also if the profile has no usable certificate; otherwise
 * it has printed the error. apid: the ApId that the certificate must have; NULL: any. */
int batch_profile_ask(const struct common *common, struct aws_session *session, const char *id,
                      const char *apid, struct batch_profile *out) __attribute__((warn_unused_result));

/* Appends a few words: what the factory may sign, or why it may not. */
void batch_profile_words(const struct batch_profile *batch, const char *apid, struct text *out);

/* Returns true if the allowed signatures are fewer than the devices: a warning. */
bool batch_profile_is_short(const struct batch_profile *batch, unsigned long long devices);

#endif
