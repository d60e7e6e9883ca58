/* SPDX-License-Identifier: Apache-2.0 */
#include "base/key_mode.h"

#include <sys/stat.h>
#include <unistd.h>

#define ROOT 0

enum key_readers key_mode_readers(const struct key_mode *mode)
{
    bool handed = mode->owner == ROOT && (mode->user != ROOT || mode->group != ROOT) &&
                  (mode->mode & (S_IRWXO | S_IWGRP | S_IXGRP)) == 0;

    if ((mode->mode & (S_IRWXG | S_IRWXO)) == 0 || handed)
        return KEY_READERS_NONE;
    return mode->mode & S_IRWXO ? KEY_READERS_ALL : KEY_READERS_GROUP;
}

const char *key_readers_name(enum key_readers readers)
{
    static const char *const names[] = {
        [KEY_READERS_NONE] = "none",
        [KEY_READERS_GROUP] = "a group of users",
        [KEY_READERS_ALL] = "all users of this machine",
    };

    return names[readers];
}

bool key_mode_warning(const char *path, struct text *out)
{
    struct stat status;

    if (stat(path, &status) != 0)
        return false;
    const struct key_mode mode = {status.st_mode, status.st_uid, status.st_gid, geteuid()};
    enum key_readers readers = key_mode_readers(&mode);
    if (readers == KEY_READERS_NONE)
        return false;
    text_printf(out, "%s: %s can read this private key. Run: chmod 600 %s", path, key_readers_name(readers),
                path);
    return true;
}
