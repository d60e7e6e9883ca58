/* SPDX-License-Identifier: Apache-2.0 */
/* The keys that requests are signed with: the permanent one of the command line, and temporary ones that the
 * cloud gives out as a container's credentials. Guarded by the cloud's lock; temporary ones are forgotten
 * when the cloud ends. */
#ifndef SANDBOX_CLOUD_CREDENTIALS_H
#define SANDBOX_CLOUD_CREDENTIALS_H

#include <stdbool.h>
#include <stddef.h>

struct credential {
    char *access_key, *secret_key, *token; /* owned; token NULL: permanent */
    long long expires_ms;                  /* wall time; 0: never */
    bool expired;                          /* by switch */
};

struct credentials {
    struct credential *all; /* owned; the permanent one first */
    size_t count;
};

void credentials_init(struct credentials *credentials, const char *access_key, const char *secret_key,
                      const char *token);
void credentials_fini(struct credentials *credentials);

/* NULL: nobody's. Borrowed until the next credentials_issue(). */
const struct credential *credentials_find(const struct credentials *credentials, const char *access_key);
bool credential_has_expired(const struct credential *credential, long long wall_ms);
/* A new one, valid for so many seconds; borrowed likewise. */
const struct credential *credentials_issue(struct credentials *credentials, long long wall_ms,
                                           long long seconds);
/* true: all that are there now; false: none is any more, but by time. */
void credentials_expire(struct credentials *credentials, bool expired);

#endif
