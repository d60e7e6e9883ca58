/* SPDX-License-Identifier: Apache-2.0 */
/* How JSON from the network is read: one object, nothing after it, nothing that a C string would hide. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <cjson/cJSON.h>
#include <stddef.h>

/* Payloads of AWS IoT Core have at most 128 KiB. */
#define JSON_PAYLOAD_MAX ((size_t)128 * 1024)

/* NULL when payload is longer than that, is not one whole JSON object, or has a NUL in it (raw or as \u0000),
 * which would make two different texts equal. Owned by the caller: `JSON cJSON *object = ...`. Any thread. */
cJSON *json_object_parse(const char *payload, size_t length);
/* The same with another limit, for what comes over HTTP. */
cJSON *json_object_parse_within(const char *payload, size_t length, size_t most);

void json_free_at(cJSON **object);
#define JSON __attribute__((cleanup(json_free_at)))

#endif
