/* SPDX-License-Identifier: Apache-2.0 */
/* The keys that sign requests: the permanent key of the command line, and temporary keys that the cloud
 * issues as a container's credentials. Guarded by the cloud's lock; temporary keys are lost when the cloud
 * ends. */
#ifndef SANDBOX_CLOUD_ACCESS_KEYS_H
#define SANDBOX_CLOUD_ACCESS_KEYS_H

#include <stdbool.h>
#include <stddef.h>

struct credential {
    char *access_key, *secret_key, *token; /* owned; token NULL: permanent */
    long long expires_ms;                  /* wall time; 0: never */
    bool expired;                          /* through faults.h */
};

struct credentials {
    struct credential *all; /* owned; the permanent key first */
    size_t count;
};

void credentials_init(struct credentials *credentials, const char *access_key, const char *secret_key,
                      const char *token);
void credentials_fini(struct credentials *credentials);

/* Returns NULL if the key is unknown. Borrowed until the next credentials_issue(). */
const struct credential *credentials_find(const struct credentials *credentials, const char *access_key);
bool credential_has_expired(const struct credential *credential, long long wall_ms);
/* Issues a new key, valid for this many seconds; borrowed as above. */
const struct credential *credentials_issue(struct credentials *credentials, long long wall_ms,
                                           long long seconds);
/* true: expires all current keys; false: revokes that. */
void credentials_expire(struct credentials *credentials, bool expired);

#endif
