/* SPDX-License-Identifier: Apache-2.0 */
/* The cloud's state: JSON files in its state folder. Any thread. */
#ifndef SANDBOX_CLOUD_STORE_H
#define SANDBOX_CLOUD_STORE_H

#include "base/json.h"

/* Returns "folder/name"; the caller owns it. */
char *store_path(const char *folder, const char *name);
/* Creates a folder. Aborts the program with a message on failure. */
void store_folder(const char *path);

/* Returns NULL if the file is missing or cannot be read. The caller owns the result. */
cJSON *store_read(const char *path);
/* Replaces the file atomically. A failure is logged: the cloud continues with its state in memory. */
void store_write(const char *path, const cJSON *object);

/* The same for files that are written with every call: it survives a kill of the program, but not of the
 * machine. */
void store_write_often(const char *path, const cJSON *object);

/* A member of an object; 0 or NULL if it is missing. Strings are borrowed. */
long long store_number(const cJSON *object, const char *name);
const char *store_text(const cJSON *object, const char *name);

#endif
