/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/erasure.h"

#include <string.h>

#include "server/registration.h"
#include "server/store/registrations.h"

bool erasure_token_is_sound(const char *token)
{
    return strspn(token, "0123456789abcdef") == REGISTRATION_TOKEN_LENGTH &&
           !token[REGISTRATION_TOKEN_LENGTH];
}

enum store_error erasure_run(struct store_tx *tx, void *argument)
{
    struct erasure *erasure = argument;
    size_t count = 0;
    enum store_error error = erasure->token
                                 ? registrations_erase(tx, erasure->token, erasure->now, &count)
                                 : registrations_erase_email(tx, erasure->email, erasure->now, &count);

    if (error)
        return error;
    erasure->step = count;
    erasure->more = erasure->email && count == REGISTRATIONS_ERASE_MAX;
    return STORE_OK;
}
