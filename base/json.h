/* SPDX-License-Identifier: Apache-2.0 */
/* Parses JSON from the network: exactly one object, with nothing after it and no NUL that would cut a C
 * string. Any thread. */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <cjson/cJSON.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* Payloads of AWS IoT Core have at most 128 KiB. */
#define JSON_PAYLOAD_MAX ((size_t)128 * 1024)

/* Returns NULL if payload is longer than JSON_PAYLOAD_MAX, is not exactly one JSON object, or contains a NUL
 * (raw or as \u0000), which would make two different texts equal. The caller owns the result: `JSON cJSON
 * *object = ...`. */
cJSON *json_object_parse(const char *payload, size_t length);
/* The same with another limit in bytes, for HTTP bodies. */
cJSON *json_object_parse_within(const char *payload, size_t length, size_t most);

/* As json_object_parse(), with one member that may be a text which people scan: NULs as \u0000 at the start
 * and the end of its string, which some codes have around their text, are left out. */
cJSON *json_object_parse_scanned(const char *payload, size_t length, const char *member);

/* Adds the value in one form: members in the order of their names, no white space. Equal values, whatever
 * the order of their members, give equal texts. */
void json_canonical(const cJSON *value, struct text *out);

/* Whether an object in it has two members of one name, which programs read differently (cJSON takes the
 * first). */
bool json_has_duplicates(const cJSON *value);

void json_free_at(cJSON **object);
#define JSON __attribute__((cleanup(json_free_at)))

#endif
