/* SPDX-License-Identifier: Apache-2.0 */
/* Builds and parses the message that moves a module to the OEM account: {"Endpoint":"<address>"} on
 * <ThingName>/expresslink_config (PG 12.3.2.1). The key is case-sensitive. Pure functions, any thread. */
#ifndef CLAIM_ENDPOINT_MESSAGE_H
#define CLAIM_ENDPOINT_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

/* A module stores at least 128 characters of Endpoint (PG 12); longer addresses are never sent. */
#define ENDPOINT_ADDRESS_MAX 128
#define ENDPOINT_TOPIC_SIZE 96 /* 64 + "/expresslink_config" + terminator */
#define ENDPOINT_PAYLOAD_SIZE 192

/* A host name or IPv4 address: letters, digits, dots and dashes, 1..128 characters. */
bool endpoint_address_valid(const char *address);
/* True for a name that is AWS's for a whole region and no account's own, such as
 * data.iot.us-east-1.amazonaws.com: devices of an account cannot use it (IoT, "AWS IoT device data and
 * service endpoints"). */
bool endpoint_address_is_regional(const char *address);

/* thing_name must come from identifier_parse(). */
void endpoint_message_topic(const char *thing_name, char out[ENDPOINT_TOPIC_SIZE]);
/* address must pass endpoint_address_valid(). Returns the length. */
size_t endpoint_message_payload(const char *address, char out[ENDPOINT_PAYLOAD_SIZE]);

/* Reads the message as a module does: takes the value of "Endpoint" from a JSON object and ignores other
 * keys. Returns false if payload is not a JSON object or has no valid Endpoint; out is then untouched. */
bool endpoint_message_parse(const char *payload, size_t length, char out[ENDPOINT_ADDRESS_MAX + 1]);

#endif
