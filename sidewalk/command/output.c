/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/command/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "sidewalk/command/common.h"

bool output_open(struct output *output, const char *path)
{
    TEXT struct text temporary = TEXT_EMPTY;

    const char *slash = strrchr(path, '/');
    const char *name = slash != NULL ? slash + 1 : path;
    text_add(&temporary, path, (size_t)(name - path));
    text_printf(&temporary, ".%s.XXXXXX",
                name); /* hidden, so that a folder of control logs is read without it */
    int file = mkstemp(temporary.data);
    if (file < 0 || (output->file = fdopen(file, "w")) == NULL) {
        common_complain("%s cannot be written: %s", path, strerror(errno));
        if (file >= 0) {
            close(file);
            unlink(temporary.data);
        }
        return false;
    }
    mode_t mask = umask(0);
    umask(mask);
    (void)fchmod(file, 0666 & ~mask);
    output->path = memory_string(path);
    output->temporary = text_take(&temporary);
    return true;
}

bool output_keep(struct output *output)
{
    if (output->file == NULL)
        return true;
    int error = 0;

    if (ferror(output->file) != 0 || fflush(output->file) != 0)
        error = errno != 0 ? errno : EIO;
    if (fclose(output->file) != 0 && error == 0)
        error = errno;
    output->file = NULL;
    if (error == 0)
        error = file_move(output->temporary, output->path, true);
    if (error == 0)
        return true;
    common_complain("%s cannot be written: %s", output->path, strerror(error));
    unlink(output->temporary);
    return false;
}

void output_fini(struct output *output)
{
    if (output->file != NULL) {
        fclose(output->file);
        unlink(output->temporary);
    }
    free(output->path);
    free(output->temporary);
    *output = (struct output){0};
}
