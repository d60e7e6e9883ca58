/* SPDX-License-Identifier: Apache-2.0 */
#include "claim/identifier_problem.h"

#include <string.h>

size_t identifier_group(const char *name)
{
    size_t length = strcspn(name, "-_");

    length = length > IDENTIFIER_GROUP_LENGTH ? IDENTIFIER_GROUP_LENGTH : length;
    return name[length] == '-' || name[length] == '_' ? length + 1 : length;
}

bool identifier_error_settles(enum identifier_error error)
{
    switch (error) {
    case IDENTIFIER_WRONG_CHECK:
    case IDENTIFIER_SEVERAL:
    case IDENTIFIER_BAD_GTIN:
    case IDENTIFIER_WRONG_GTIN:
    case IDENTIFIER_NO_SERIAL:
    case IDENTIFIER_BAD_SERIAL:
    case IDENTIFIER_BAD_LINK:
        return true;
    default:
        return false;
    }
}

const char *identifier_error_name(enum identifier_error error)
{
    static const char *const names[] = {
        [IDENTIFIER_OK] = "ok",
        [IDENTIFIER_EMPTY] = "empty",
        [IDENTIFIER_TOO_SHORT] = "too short",
        [IDENTIFIER_TOO_LONG] = "too long",
        [IDENTIFIER_BAD_CHARACTER] = "bad character",
        [IDENTIFIER_BAD_URL] = "web address without an identifier",
        [IDENTIFIER_NO_MATCH] = "does not match the pattern",
        [IDENTIFIER_WRONG_CHECK] = "wrong check characters",
        [IDENTIFIER_SEVERAL] = "two different identifiers",
        [IDENTIFIER_SHOP_BARCODE] = "the number of a shop's barcode",
        [IDENTIFIER_FOREIGN] = "foreign",
        [IDENTIFIER_BAD_GTIN] = "not a GTIN of 8, 12, 13 or 14 digits",
        [IDENTIFIER_WRONG_GTIN] = "wrong check digit of the GTIN",
        [IDENTIFIER_NO_SERIAL] = "a Digital Link without a serial number",
        [IDENTIFIER_BAD_SERIAL] = "bad serial number in the Digital Link",
        [IDENTIFIER_BAD_LINK] = "incomplete Digital Link",
        [IDENTIFIER_UNLISTED] = "not in the inventory",
        [IDENTIFIER_BAD_FORM] = "bad form",
    };
    return (size_t)error < sizeof names / sizeof *names ? names[error] : "unknown";
}
