/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/endpoint_message.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/json.h"
#include "base/json_writer.h"
#include "claim/identifier.h"

#define LABEL_MAX 63 /* bytes in a label of a host name, RFC 1035 */

static bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool label_valid(const char *label, size_t length)
{
    if (length == 0 || length > LABEL_MAX || label[0] == '-' || label[length - 1] == '-')
        return false;
    for (size_t i = 0; i < length; i++)
        if (!is_letter_or_digit(label[i]) && label[i] != '-')
            return false;
    return true;
}

bool endpoint_address_valid(const char *address)
{
    if (strnlen(address, ENDPOINT_ADDRESS_MAX + 1) > ENDPOINT_ADDRESS_MAX)
        return false;
    for (;;) {
        size_t length = strcspn(address, ".");
        if (!label_valid(address, length))
            return false;
        if (address[length] == '\0')
            return true;
        address += length + 1;
    }
}

bool endpoint_address_is_regional(const char *address)
{
    static const char *const begins[] = {
        "data.iot.",        "iot.",           "data-ats.iot.", "data.jobs.iot.",
        "credentials.iot.", "data.iot-fips.", "iot-fips.",     "api.tunneling.iot."};
    static const char *const ends[] = {".amazonaws.com", ".amazonaws.com.cn", ".api.aws"};
    size_t length = strlen(address);
    bool at_aws = false;

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        at_aws = at_aws ||
                 (length > strlen(ends[i]) && strcasecmp(address + length - strlen(ends[i]), ends[i]) == 0);
    for (size_t i = 0; at_aws && i < sizeof begins / sizeof *begins; i++)
        if (strncasecmp(address, begins[i], strlen(begins[i])) == 0)
            return true;
    return false;
}

void endpoint_message_topic(const char *thing_name, char out[ENDPOINT_TOPIC_SIZE])
{
    snprintf(out, ENDPOINT_TOPIC_SIZE, "%.*s/expresslink_config", IDENTIFIER_MAX, thing_name);
}

size_t endpoint_message_payload(const char *address, char out[ENDPOINT_PAYLOAD_SIZE])
{
    TEXT struct text payload = TEXT_EMPTY;
    struct json_writer json = json_writer_into(&payload);

    json_begin_object(&json, NULL);
    json_write_text(&json, "Endpoint", address);
    json_end_object(&json);
    json_writer_finish(&json);
    if (payload.length >= ENDPOINT_PAYLOAD_SIZE)
        abort(); /* the address was not checked */
    memcpy(out, text_get(&payload), payload.length + 1);
    return payload.length;
}

bool endpoint_message_parse(const char *payload, size_t length, char out[ENDPOINT_ADDRESS_MAX + 1])
{
    JSON cJSON *object = json_object_parse(payload, length);
    const char *address = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, "Endpoint"));

    if (address == NULL || !endpoint_address_valid(address))
        return false;
    memcpy(out, address, strlen(address) + 1);
    return true;
}
