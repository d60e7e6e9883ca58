/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/arn.h"

#include <stdio.h>

#include "base/random.h"

void arn_new_id(char out[ARN_ID_SIZE])
{
    char digits[33];

    random_hex(digits, 32);
    digits[12] = '4'; /* RFC 4122: a random one */
    digits[16] = "89ab"[random_u32() % 4];
    snprintf(out, ARN_ID_SIZE, "%.8s-%.4s-%.4s-%.4s-%.12s", digits, digits + 8, digits + 12, digits + 16,
             digits + 20);
}

void arn_of(const char *kind, const char *id, char out[ARN_SIZE])
{
    snprintf(out, ARN_SIZE, "arn:aws:iotwireless:" ARN_REGION ":" ARN_ACCOUNT ":%s/%s", kind, id);
}
