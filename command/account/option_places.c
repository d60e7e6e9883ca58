/* SPDX-License-Identifier: Apache-2.0 */
#include "command/account/option_places.h"

static const char *put(const struct option_place *place, void *member, const char *value)
{
    if (place->kind == PLACE_THINGS)
        return place->take(member, value);
    if (place->kind == PLACE_TEXT)
        *(const char **)member = value;
    else
        *(bool *)member = true;
    return NULL;
}

bool option_places_take(const struct option_place *places, size_t count, void *arguments, int option,
                        const char *value, const char **problem)
{
    for (size_t i = 0; i < count; i++)
        if (places[i].option == option) {
            *problem = put(&places[i], (char *)arguments + places[i].offset, value);
            return true;
        }
    return false;
}
