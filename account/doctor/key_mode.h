/* SPDX-License-Identifier: Apache-2.0 */
/* Judges who else can read a private key file. Any thread. */
#ifndef ACCOUNT_DOCTOR_KEY_MODE_H
#define ACCOUNT_DOCTOR_KEY_MODE_H

#include <sys/types.h>

#include "account/doctor.h"
#include "base/text.h"

struct key_mode {
    mode_t mode;
    uid_t owner;
    gid_t group;
    uid_t user; /* the current user */
};

/* Failed when the group or others can read it. Exception: a key owned by root and read through its group, as
 * Kubernetes and systemd pass secrets. For root the group must be another than root's own: closing such a key
 * would lock the portal out. A warning when another user owns the key. */
enum doctor_level key_mode_judge(const struct key_mode *mode, const char *path, struct text *seen,
                                 struct text *mend);

#endif
