/* SPDX-License-Identifier: Apache-2.0 */
/* A file that gets its name when it is complete. Errors are reported on standard error. */
#ifndef SANDBOX_FACTORY_FILE_H
#define SANDBOX_FACTORY_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

struct factory_file {
    char *path, *partial; /* owned */
    FILE *file;           /* NULL after an error, which was reported */
};

void factory_complain(const char *what, const char *why);
/* The caller frees it. */
char *factory_path(const char *folder, const char *name);

struct factory_file factory_file_open(const char *folder, const char *name);
void factory_file_put(struct factory_file *file, const char *bytes, size_t length);
/* The file gets its name only if whole is true. Returns false if it did not get it. */
bool factory_file_close(struct factory_file *file, bool whole);

#endif
