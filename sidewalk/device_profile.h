/* SPDX-License-Identifier: Apache-2.0 */
/* Device profiles of AWS IoT Core for Amazon Sidewalk: what the factory's HSM may sign. Calls block; one
 * thread at a time per session. */
#ifndef SIDEWALK_DEVICE_PROFILE_H
#define SIDEWALK_DEVICE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "aws/request.h"

struct dak_certificate { /* from DakCertificateMetadata; strings are owned */
    char *certificate_id, *apid, *device_type_id;
    long long signatures_max; /* -1: unlimited */
    bool factory_support;
};

struct device_profile { /* strings are owned; free with device_profile_fini() */
    char *id, *arn, *name, *server_key;
    bool qualified;
    struct dak_certificate *certificates;
    size_t certificate_count;
};
void device_profile_fini(struct device_profile *profile);

/* Parses the answer to GetDeviceProfile. Returns false with a sentence in *why and leaves out untouched on
 * error. */
bool device_profile_parse(const char *json, size_t length, struct device_profile *out, struct text *why);

/* Returns the certificate for making a batch: it has factory support and an ApId (this one unless apid is
 * NULL). Returns NULL if there is none. */
const struct dak_certificate *device_profile_factory(const struct device_profile *profile, const char *apid);

/* Both return AWS_OK, or an error with AWS's message in why and out untouched. */
enum aws_error device_profile_get(struct aws_session *session, const char *id, struct device_profile *out,
                                  struct text *why) __attribute__((warn_unused_result));
enum aws_error device_profile_create(struct aws_session *session, const char *name, char **id,
                                     struct text *why) __attribute__((warn_unused_result));

#endif
