/* SPDX-License-Identifier: Apache-2.0 */
#include "ownership/standing.h"

#include <string.h>

static const char *const standing_names[STANDING_COUNT] = {
    [STANDING_WAITING] = "waiting", [STANDING_ASKING] = "asking",   [STANDING_DISPUTED] = "disputed",
    [STANDING_OWNER] = "owner",     [STANDING_REFUSED] = "refused", [STANDING_WITHDRAWN] = "withdrawn",
    [STANDING_LAPSED] = "lapsed",   [STANDING_FORMER] = "former",
};

const char *standing_name(enum standing standing)
{
    return (unsigned)standing < STANDING_COUNT ? standing_names[standing] : "unknown";
}

bool standing_parse(const char *name, enum standing *out)
{
    for (int i = 0; i < STANDING_COUNT; i++) {
        if (strcmp(name, standing_names[i]) == 0) {
            *out = (enum standing)i;
            return true;
        }
    }
    return false;
}

bool standing_is_live(enum standing standing)
{
    return standing == STANDING_WAITING || standing == STANDING_ASKING || standing == STANDING_DISPUTED;
}
