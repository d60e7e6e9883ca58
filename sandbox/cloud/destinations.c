/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/cloud/destinations.h"

#include <stdlib.h>

#include "sandbox/cloud/store.h"

void destinations_open(struct destinations *destinations, const char *folder)
{
    destinations->path = store_path(folder, "destinations.json");
    destinations->all = store_read(destinations->path);
    if (!cJSON_IsObject(destinations->all)) {
        cJSON_Delete(destinations->all);
        destinations->all = cJSON_CreateObject();
    }
}

void destinations_close(struct destinations *destinations)
{
    free(destinations->path);
    cJSON_Delete(destinations->all);
}

const cJSON *destinations_find(const struct destinations *destinations, const char *name)
{
    return cJSON_GetObjectItemCaseSensitive(destinations->all, name);
}

void destinations_add(struct destinations *destinations, const char *name, cJSON *destination)
{
    cJSON_AddItemToObject(destinations->all, name, destination);
    store_write(destinations->path, destinations->all);
}
