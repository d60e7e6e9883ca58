/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/factory_log.h"

const struct factory_log factory_log_indented = {
    .head = "{\n    \"controlLogs\": [\n",
    .between = ",\n",
    .tail = "\n    ]\n}\n",
    .serial = "        {\n"
              "            \"version\": \"4-0-1\",\n"
              "            \"device\": {\n"
              "                \"serialNumber\": \"",
    .apid = "\",\n"
            "                \"productIdentifier\": {\n"
            "                    \"advertisedProductId\": \"",
    .ed25519 = "\"\n"
               "                },\n"
               "                \"sidewalkData\": {\n"
               "                    \"sidewalkED25519CertificateChain\": \"",
    .p256 = "\",\n"
            "                    \"sidewalkP256R1CertificateChain\": \"",
    .end = "\",\n"
           "                    \"label\": \"production\"\n"
           "                }\n"
           "            }\n"
           "        }",
};

const struct factory_log factory_log_lines = {
    .head = "{\"controlLogs\":[\n",
    .between = ",\n",
    .tail = "\n]}\n",
    .serial = "{\"version\":\"4-0-1\",\"device\":{\"serialNumber\":\"",
    .apid = "\",\"productIdentifier\":{\"advertisedProductId\":\"",
    .ed25519 = "\"},\"sidewalkData\":{\"sidewalkED25519CertificateChain\":\"",
    .p256 = "\",\"sidewalkP256R1CertificateChain\":\"",
    .end = "\",\"label\":\"production\"}}}",
};

void factory_log_add(const struct factory_log *log, const char *apid, const struct sidewalk_device *device,
                     struct text *out)
{
    text_puts(out, log->serial);
    text_puts(out, device->smsn);
    text_puts(out, log->apid);
    text_puts(out, apid);
    text_puts(out, log->ed25519);
    text_puts(out, device->ed25519);
    text_puts(out, log->p256);
    text_puts(out, device->p256);
    text_puts(out, log->end);
}
