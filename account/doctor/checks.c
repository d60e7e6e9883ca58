/* SPDX-License-Identifier: Apache-2.0 */
/* Every check, in the order in which they are told. Ids are for programs and stay; titles say what is so when
 * all is well, in at most 40 characters, as they are a column of a table. */
#include "account/doctor.h"

const struct doctor_check doctor_checks[] = {
    {"configuration", "Configuration"},

    {"staging.files.ca", "CA certificates"},
    {"staging.files.certificate", "Certificate"},
    {"staging.files.validity", "Certificate is valid"},
    {"staging.files.key", "Private key"},
    {"staging.files.pair", "Key and certificate belong together"},
    {"staging.files.mode", "Nobody else can read the key"},
    {"staging.address", "ATS endpoint"},
    {"staging.dns", "Name resolves"},
    {"staging.tcp", "Port is open"},
    {"staging.tls.handshake", "TLS"},
    {"staging.tls.chain", "Server certificate is trusted"},
    {"staging.tls.name", "Server certificate is for this name"},
    {"staging.tls.expiry", "Server certificate is valid"},
    {"staging.tls.alpn", "ALPN x-amzn-mqtt-ca"},
    {"staging.tls.client", "Our certificate is let in"},
    {"staging.connect", "Claim-thing connects"},
    {"staging.publish", "May publish endpoint messages"},
    {"staging.subscribe", "May not subscribe"},
    {"staging.client_id", "Nobody else uses the client id"},

    {"endpoint.observer", "Observer is configured"},
    {"endpoint.files.ca", "CA certificates"},
    {"endpoint.files.certificate", "Certificate"},
    {"endpoint.files.validity", "Certificate is valid"},
    {"endpoint.files.key", "Private key"},
    {"endpoint.files.pair", "Key and certificate belong together"},
    {"endpoint.files.mode", "Nobody else can read the key"},
    {"endpoint.address", "ATS endpoint"},
    {"endpoint.dns", "Name resolves"},
    {"endpoint.tcp", "Port is open"},
    {"endpoint.tls.handshake", "TLS"},
    {"endpoint.tls.chain", "Server certificate is trusted"},
    {"endpoint.tls.name", "Server certificate is for this name"},
    {"endpoint.tls.expiry", "Server certificate is valid"},
    {"endpoint.tls.alpn", "ALPN x-amzn-mqtt-ca"},
    {"endpoint.tls.client", "Our certificate is let in"},
    {"endpoint.connect", "Observer connects"},
    {"endpoint.subscribe.created", "May hear that a thing is made"},
    {"endpoint.subscribe.connected", "May hear that a device connects"},
    {"endpoint.client_id", "Nobody else uses the client id"},

    {"birth_certificate.readable", "Birth certificate"},
    {"birth_certificate.leaf", "It is a module's, no CA"},
    {"birth_certificate.validity", "It is valid for ten years"},
    {"birth_certificate.thing_name", "It has a ThingName"},

    {"clock", "Clock is right"},
};

const size_t doctor_check_count = sizeof doctor_checks / sizeof *doctor_checks;
