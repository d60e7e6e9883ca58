/* SPDX-License-Identifier: Apache-2.0 */
#include "base/program_beside.h"

#include <limits.h>
#include <string.h>
#include <unistd.h>

static bool is_program(struct text *path, const char *folder, size_t length, const char *below,
                       const char *name)
{
    text_clear(path);
    text_add(path, folder, length);
    text_printf(path, "/%s%s", below, name);
    return access(text_get(path), X_OK) == 0;
}

bool program_beside(const char *name, const char *build_folder, struct text *path, struct text *why)
{
    char self[PATH_MAX];
    TEXT struct text found = TEXT_EMPTY;
    TEXT struct text below = TEXT_EMPTY;
    ssize_t length = readlink("/proc/self/exe", self, sizeof self);
    const char *slash = length > 0 ? memrchr(self, '/', (size_t)length) : NULL;

    if (!slash) {
        text_puts(why, "the folder of this program is not known: /proc is not there");
        return false;
    }
    size_t folder = (size_t)(slash - self);
    text_printf(&below, "../%s/", build_folder);
    if (!is_program(&found, self, folder, "", name) &&
        !is_program(&found, self, folder, text_get(&below), name)) {
        text_printf(why, "%.*s/%s is not there", (int)folder, self, name);
        return false;
    }
    text_puts(path, text_get(&found));
    return true;
}
