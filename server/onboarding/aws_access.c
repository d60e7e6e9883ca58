/* SPDX-License-Identifier: Apache-2.0 */
#include "server/onboarding/aws_access.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/memory.h"

struct aws_source {
    struct aws_session *session; /* sends nothing itself: leases have twins of it */
    unsigned renewal;            /* after which it was made */
    size_t users;                /* leases, and the access while it is the current one */
};

struct aws_access {
    char *region;
    atomic_uint renewal;
    pthread_mutex_t lock;
    struct aws_source *current; /* under `lock`, as all users; NULL: none yet */
};

struct aws_access *aws_access_new(const char *region)
{
    struct aws_access *access = memory_new(1, sizeof *access);

    access->region = memory_string(region);
    pthread_mutex_init(&access->lock, NULL);
    return access;
}

/* Under `lock`. NULL is fine. */
static void leave(struct aws_source *source)
{
    if (!source || --source->users > 0)
        return;
    aws_session_free(source->session);
    free(source);
}

void aws_access_free(struct aws_access *access)
{
    if (!access)
        return;
    leave(access->current);
    pthread_mutex_destroy(&access->lock);
    free(access->region);
    free(access);
}

void aws_access_renew(struct aws_access *access)
{
    atomic_fetch_add(&access->renewal, 1);
}

/* Under `lock`. */
static void end(struct aws_lease *lease)
{
    aws_session_free(lease->session);
    leave(lease->source);
    *lease = (struct aws_lease){NULL, NULL};
}

/* Under `lock`. Makes the current source, if it is not of this renewal. */
static bool have_source(struct aws_access *access, unsigned renewal, struct text *why)
{
    const struct aws_options options = {.region = *access->region ? access->region : NULL};

    if (access->current && access->current->renewal == renewal)
        return true;
    leave(access->current);
    access->current = NULL;
    struct aws_session *session = aws_session_new(&options, why);
    if (!session)
        return false;
    access->current = memory_new(1, sizeof *access->current);
    *access->current = (struct aws_source){session, renewal, 1};
    return true;
}

bool aws_access_have(struct aws_access *access, struct aws_lease *lease, struct text *why)
{
    pthread_mutex_lock(&access->lock);
    unsigned renewal = atomic_load(&access->renewal);
    bool fine = lease->source && lease->source->renewal == renewal;
    if (!fine) {
        end(lease);
        fine = have_source(access, renewal, why);
        if (fine) {
            lease->source = access->current;
            lease->source->users++;
            lease->session = aws_session_twin(lease->source->session, NULL);
        }
    }
    pthread_mutex_unlock(&access->lock);
    return fine;
}

void aws_access_end(struct aws_access *access, struct aws_lease *lease)
{
    pthread_mutex_lock(&access->lock);
    end(lease);
    pthread_mutex_unlock(&access->lock);
}
