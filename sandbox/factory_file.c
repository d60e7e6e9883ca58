/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/factory_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

#define FILE_BUFFER (1 << 20)

void factory_complain(const char *what, const char *why)
{
    fprintf(stderr, "sidewalk-batch: %s: %s\n", what, why);
}

char *factory_path(const char *folder, const char *name)
{
    struct text path = TEXT_EMPTY;

    text_printf(&path, "%s/%s", folder, name);
    return text_take(&path);
}

struct factory_file factory_file_open(const char *folder, const char *name)
{
    struct text partial = TEXT_EMPTY;
    struct factory_file output = {.path = factory_path(folder, name)};

    text_printf(&partial, "%s.partial", output.path);
    output.partial = text_take(&partial);
    output.file = fopen(output.partial, "we");
    if (output.file)
        setvbuf(output.file, NULL, _IOFBF, FILE_BUFFER);
    else
        factory_complain(output.partial, strerror(errno));
    return output;
}

void factory_file_put(struct factory_file *output, const char *bytes, size_t length)
{
    if (!output->file || fwrite(bytes, 1, length, output->file) == length)
        return;
    factory_complain(output->path, strerror(errno));
    fclose(output->file);
    output->file = NULL;
    unlink(output->partial);
}

bool factory_file_close(struct factory_file *output, bool whole)
{
    bool fine = output->file != NULL;

    if (fine && (fclose(output->file) != 0 || (whole && rename(output->partial, output->path) != 0))) {
        factory_complain(output->path, strerror(errno));
        fine = false;
    }
    if (!whole || !fine)
        unlink(output->partial);
    free(output->path);
    free(output->partial);
    return fine && whole;
}
