/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/endpoint_message.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char out[ENDPOINT_ADDRESS_MAX + 1] = "untouched!";
    char again[ENDPOINT_ADDRESS_MAX + 1];
    char payload[ENDPOINT_PAYLOAD_SIZE];

    if (!endpoint_message_parse((const char *)data, size, out)) {
        MUST(strcmp(out, "untouched!") == 0);
        return 0;
    }
    MUST(endpoint_address_valid(out));
    MUST(strspn(out, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789.-") == strlen(out));
    size_t length = endpoint_message_payload(out, payload);
    MUST(endpoint_message_parse(payload, length, again));
    MUST(strcmp(out, again) == 0);
    return 0;
}
