/* SPDX-License-Identifier: Apache-2.0 */
/* Destinations of AWS IoT Wireless: where messages of imported devices go. Blocks; one thread at a time per
 * session. */
#ifndef SIDEWALK_DESTINATION_H
#define SIDEWALK_DESTINATION_H

#include "aws/request.h"

#define DESTINATION_TOPIC_MAX 256 /* bytes (IoT, quotas of MQTT topics) */

/* AWS_OK: there is one of this name. AWS_NOT_FOUND: there is none. name: as import_destination_fits() accepts
 * it. */
enum aws_error destination_look(struct aws_session *session, const char *name, struct text *why)
    __attribute__((warn_unused_result));

/* Makes one that publishes to an MQTT topic, by a role. That it exists already is no error. */
enum aws_error destination_create(struct aws_session *session, const char *name, const char *topic,
                                  const char *role, struct text *why) __attribute__((warn_unused_result));

#endif
