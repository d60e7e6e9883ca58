/* SPDX-License-Identifier: Apache-2.0 */
/* Judges who else can read a private key file. Any thread. */
#ifndef BASE_KEY_MODE_H
#define BASE_KEY_MODE_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/text.h"

struct key_mode {
    mode_t mode;
    uid_t owner;
    gid_t group;
    uid_t user; /* the current user */
};

enum key_readers { KEY_READERS_NONE, KEY_READERS_GROUP, KEY_READERS_ALL };

/* Who can read it besides its owner. A key owned by root and read through its group counts as read by none:
 * Kubernetes and systemd pass secrets so. For root the group must be another than root's own: closing such a
 * key would lock the portal out. */
enum key_readers key_mode_readers(const struct key_mode *mode);
/* "all users of this machine", "a group of users", "none". */
const char *key_readers_name(enum key_readers readers);

/* Adds a sentence if others can read the file, with what to do. Returns false if not, or if there is no such
 * file. */
bool key_mode_warning(const char *path, struct text *out);

#endif
