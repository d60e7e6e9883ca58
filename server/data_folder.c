/* SPDX-License-Identifier: Apache-2.0 */
#include "server/data_folder.h"

#include <libgen.h>
#include <limits.h>
#include <stdbool.h>
#include <unistd.h>

#define SHARE "share/expresslink-portal"

static bool is_there(struct text *out, const char *above, const char *below, const char *name)
{
    text_clear(out);
    text_printf(out, "%s/%s%s%s", above, below, *below ? "/" : "", name);
    return access(out->data, R_OK | X_OK) == 0;
}

static bool beside_the_program(struct text *out, const char *name)
{
    char program[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", program, sizeof program - 1);

    if (length <= 0)
        return false;
    program[length] = '\0';
    return is_there(out, dirname(dirname(program)), SHARE, name);
}

void data_folder(const char *name, struct text *out)
{
    if (is_there(out, EXPRESSLINK_DATA, "", name) || beside_the_program(out, name) ||
        is_there(out, EXPRESSLINK_SOURCE, "", name))
        return;
    is_there(out, EXPRESSLINK_DATA, "", name);
}
