/* SPDX-License-Identifier: Apache-2.0 */
#include "account/doctor/key_mode.h"

#include <sys/stat.h>

#define ROOT 0

enum doctor_level key_mode_judge(const struct key_mode *mode, const char *path, struct text *seen,
                                 struct text *mend)
{
    bool handed = mode->owner == ROOT && (mode->user != ROOT || mode->group != ROOT) &&
                  (mode->mode & (S_IRWXO | S_IWGRP | S_IXGRP)) == 0;

    text_printf(seen, "mode %04o", (unsigned)(mode->mode & 07777));
    if ((mode->mode & (S_IRWXG | S_IRWXO)) != 0 && !handed) {
        text_printf(seen, ": %s", mode->mode & S_IRWXO ? "all users of this machine" : "a group of users");
        text_printf(mend, "chmod 600 %s", path);
        return DOCTOR_FAILED;
    }
    if (mode->owner != mode->user && mode->owner != ROOT) {
        text_printf(seen, ", but it belongs to user %ld, and this is user %ld", (long)mode->owner,
                    (long)mode->user);
        text_printf(mend,
                    "Run this as the user that the portal runs as. If that is so: chown %ld %s, as its "
                    "owner can read and change it.",
                    (long)mode->user, path);
        return DOCTOR_WARNING;
    }
    return DOCTOR_OK;
}
