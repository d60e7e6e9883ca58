/* SPDX-License-Identifier: Apache-2.0 */
/* Who else can read a private key. Any thread. */
#ifndef ACCOUNT_DOCTOR_KEY_MODE_H
#define ACCOUNT_DOCTOR_KEY_MODE_H

#include <sys/types.h>

#include "account/doctor.h"
#include "base/text.h"

struct key_mode {
    mode_t mode;
    uid_t owner;
    gid_t group;
    uid_t user; /* who looks */
};

/* Failed where others or the group can read it, but for a key of root's that is read through its group: so
 * Kubernetes and systemd hand secrets to a program. Root who looks sees that by the group, which is not its
 * own: to close such a key would take it from the portal. A warning where it belongs to somebody else. */
enum doctor_level key_mode_judge(const struct key_mode *mode, const char *path, struct text *seen,
                                 struct text *mend);

#endif
