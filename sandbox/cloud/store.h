/* SPDX-License-Identifier: Apache-2.0 */
/* What the cloud remembers: JSON files in its state folder. Any thread. */
#ifndef SANDBOX_CLOUD_STORE_H
#define SANDBOX_CLOUD_STORE_H

#include "base/json.h"

/* "folder/name"; owned by the caller. */
char *store_path(const char *folder, const char *name);
/* Aborts the program with a message when it cannot be made. */
void store_folder(const char *path);

/* NULL when it is not there or not readable. Owned by the caller. */
cJSON *store_read(const char *path);
/* In one step. A failure is logged: the cloud goes on with what it has in memory. */
void store_write(const char *path, const cJSON *object);

/* The same for what is written with every call: it is whole after a kill of the program, not of the machine.
 */
void store_write_often(const char *path, const cJSON *object);

/* Of an object's member; 0 and NULL when it is not there. The text is borrowed. */
long long store_number(const cJSON *object, const char *name);
const char *store_text(const cJSON *object, const char *name);

#endif
