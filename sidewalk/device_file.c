/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/device_file.h"

#include <string.h>

static const char private_key[] = "devicePrivKey"; /* with the curve after it */
static const char private_keys[] = "PrivateKeys";

bool device_file_is_private(const char *name, size_t length)
{
    return (length > sizeof private_key - 1 && memcmp(name, private_key, sizeof private_key - 1) == 0) ||
           (length == sizeof private_keys - 1 && memcmp(name, private_keys, length) == 0);
}

bool device_file_is_member(const char *name, size_t length)
{
    return device_file_is_private(name, length) || (length == 6 && memcmp(name, "p256R1", 6) == 0) ||
           (length == 7 && memcmp(name, "eD25519", 7) == 0);
}

bool device_file_is_in(const char *text, size_t length)
{
    static const char *const marks[] = {private_key,   "\"PrivateKeys\"", "\"p256R1\"",
                                        "\"eD25519\"", "p256R1:",         "eD25519:"};

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (memmem(text, length, marks[i], strlen(marks[i])) != NULL)
            return true;
    return false;
}
