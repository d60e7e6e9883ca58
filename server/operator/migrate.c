/* SPDX-License-Identifier: Apache-2.0 */
#include "server/operator/operator.h"

int operator_migrate(const struct settings *settings, const struct operation *operation)
{
    struct store_versions versions;
    TEXT struct text why = TEXT_EMPTY;

    (void)operation;
    if (store_migrate(&settings->store, &versions, &why) != STORE_OK)
        return operator_fail(text_get(&why));
    if (versions.from == versions.to)
        printf("The database is up to date: schema %d.\n", versions.to);
    else
        printf("The database was upgraded from schema %d to schema %d.\n", versions.from, versions.to);
    return 0;
}
