/* SPDX-License-Identifier: Apache-2.0 */
/* A Sidewalk manufacturing serial number (SMSN): SHA-256(device_type + "-" + stage + DSN + ApId), 32 bytes,
 * written as 64 hex digits in any case (AWS IoT Core for Amazon Sidewalk, bulk provisioning). Pure functions,
 * any thread. */
#ifndef SIDEWALK_SMSN_H
#define SIDEWALK_SMSN_H

#include <stddef.h>

#define SMSN_BYTES 32
#define SMSN_HEX_SIZE 65

struct smsn {
    unsigned char bytes[SMSN_BYTES];
};

enum smsn_form {
    SMSN_HEX,
    SMSN_BASE64, /* as the factory's tool prints it: the right bytes, but AWS does not accept it in a list */
    SMSN_NEITHER,
};

/* Fills out unless the result is SMSN_NEITHER. */
enum smsn_form smsn_parse(const char *text, size_t length, struct smsn *out);
/* Writes lower case. */
void smsn_hex(const struct smsn *smsn, char out[SMSN_HEX_SIZE]);

#endif
