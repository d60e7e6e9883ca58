/* SPDX-License-Identifier: Apache-2.0 */
#include "server/page/thing_groups.h"

#include <string.h>

#define CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

bool thing_groups_fill(const char *name, struct thing_groups *groups)
{
    const size_t total = strnlen(name, IDENTIFIER_MAX + 1);
    groups->rows[0] = NULL;
    if (total == 0 || total > IDENTIFIER_MAX || strspn(name, CHARACTERS) != total)
        return false;
    size_t count = 0;
    for (size_t length; *name != '\0'; name += length, count++) {
        length = identifier_group(name);
        memcpy(groups->texts[count], name, length);
        groups->texts[count][length] = '\0';
        groups->values[count][0] = (struct template_value){"group", groups->texts[count], NULL};
        groups->values[count][1] = (struct template_value){NULL, NULL, NULL};
        groups->rows[count] = groups->values[count];
    }
    groups->rows[count] = NULL;
    return true;
}
