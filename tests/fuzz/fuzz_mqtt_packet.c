/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of an MQTT server, as they come in a stream. */
#include "claim/mqtt_packet.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *bytes = (const char *)data;
    struct mqtt_packet packet;

    while (size && mqtt_packet_read(bytes, size, &packet) == MQTT_READ) {
        MUST(packet.length >= 2 && packet.length <= size);
        if (packet.type == MQTT_PUBLISH)
            MUST(packet.topic_length && packet.payload + packet.payload_length == bytes + packet.length);
        bytes += packet.length;
        size -= packet.length;
    }
    return 0;
}
