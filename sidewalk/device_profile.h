/* SPDX-License-Identifier: Apache-2.0 */
/* Device profiles of AWS IoT Core for Amazon Sidewalk: what the factory's HSM may sign. Blocks; one thread at
 * a time for a session. */
#ifndef SIDEWALK_DEVICE_PROFILE_H
#define SIDEWALK_DEVICE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "aws/request.h"

struct dak_certificate { /* of DakCertificateMetadata; texts owned */
    char *certificate_id, *apid, *device_type_id;
    long long signatures_max; /* -1: without limit */
    bool factory_support;
};

struct device_profile { /* texts owned; finished with device_profile_fini() */
    char *id, *arn, *name, *server_key;
    bool qualified;
    struct dak_certificate *certificates;
    size_t certificate_count;
};
void device_profile_fini(struct device_profile *profile);

/* The answer to GetDeviceProfile. False with a sentence in *why; out is untouched then. */
bool device_profile_parse(const char *json, size_t length, struct device_profile *out, struct text *why);

/* The certificate that a batch can be made with: it has factory support and an ApId (this one, where apid is
 * not NULL). NULL: none. */
const struct dak_certificate *device_profile_factory(const struct device_profile *profile, const char *apid);

/* AWS_OK, or why says what AWS said; out is untouched then. */
enum aws_error device_profile_get(struct aws_session *session, const char *id, struct device_profile *out,
                                  struct text *why) __attribute__((warn_unused_result));
enum aws_error device_profile_create(struct aws_session *session, const char *name, char **id,
                                     struct text *why) __attribute__((warn_unused_result));

#endif
