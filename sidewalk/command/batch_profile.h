/* SPDX-License-Identifier: Apache-2.0 */
/* The device profile that a batch is made with, as `check` and `start` look at it. */
#ifndef SIDEWALK_COMMAND_BATCH_PROFILE_H
#define SIDEWALK_COMMAND_BATCH_PROFILE_H

#include <stdbool.h>

#include "sidewalk/command/common.h"
#include "sidewalk/device_profile.h"

struct batch_profile { /* finished with batch_profile_fini(); all zero: none was asked for */
    struct device_profile profile;
    const struct dak_certificate *certificate; /* with factory support; NULL: no batch can be made with it */
};
void batch_profile_fini(struct batch_profile *batch);

/* COMMAND_DONE, also where the profile has no such certificate; otherwise it has told why. apid: the one that
 * the certificate must have; NULL: any. */
int batch_profile_ask(const struct common *common, struct aws_session *session, const char *id,
                      const char *apid, struct batch_profile *out) __attribute__((warn_unused_result));

/* A few words: what the factory may sign, or that it may not. */
void batch_profile_words(const struct batch_profile *batch, const char *apid, struct text *out);

/* Whether fewer signatures are allowed than there are devices: a warning. */
bool batch_profile_is_short(const struct batch_profile *batch, unsigned long long devices);

#endif
