/* SPDX-License-Identifier: Apache-2.0 */
/* The message that sends a module home: {"Endpoint":"<address>"} on <ThingName>/expresslink_config
 * (PG 12.3.2.1). The key is case-sensitive. Pure functions, any thread. */
#ifndef CLAIM_ENDPOINT_MESSAGE_H
#define CLAIM_ENDPOINT_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

/* The module's Endpoint parameter has room for at least 128 characters (PG 12): longer ones are not sent. */
#define ENDPOINT_ADDRESS_MAX 128
#define ENDPOINT_TOPIC_SIZE 96 /* 64 + "/expresslink_config" + terminator */
#define ENDPOINT_PAYLOAD_SIZE 192

/* A host name or IPv4 address: letters, digits, dots and dashes, 1..128 characters. */
bool endpoint_address_valid(const char *address);

/* thing_name must have come out of identifier_parse(). */
void endpoint_message_topic(const char *thing_name, char out[ENDPOINT_TOPIC_SIZE]);
/* address must be endpoint_address_valid(). Returns the length. */
size_t endpoint_message_payload(const char *address, char out[ENDPOINT_PAYLOAD_SIZE]);

/* What a module does with it: takes the value of "Endpoint" out of a JSON object, other keys ignored. False
 * when it is not JSON, not an object, or has no valid Endpoint; then out is untouched. */
bool endpoint_message_parse(const char *payload, size_t length, char out[ENDPOINT_ADDRESS_MAX + 1]);

#endif
