/* SPDX-License-Identifier: Apache-2.0 */
#include "base/name_lookup.h"

#include <netdb.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/condition.h"
#include "base/memory.h"

#define STEP_MS 200 /* how soon an interruption is seen */

/* Shared by the thread and the waiting caller; the last to release it frees it. */
struct lookup {
    char *host;
    char port[8];
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool done, left;
    int code;
    struct addrinfo *found;
};

static void lookup_free(struct lookup *lookup)
{
    if (lookup->found)
        freeaddrinfo(lookup->found);
    pthread_cond_destroy(&lookup->changed);
    pthread_mutex_destroy(&lookup->lock);
    free(lookup->host);
    free(lookup);
}

static void *look_up(void *argument)
{
    struct lookup *lookup = argument;
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_family = AF_UNSPEC};
    struct addrinfo *found = NULL;

    int code = getaddrinfo(lookup->host, lookup->port, &hints, &found);
    pthread_mutex_lock(&lookup->lock);
    lookup->code = code;
    lookup->found = code ? NULL : found;
    lookup->done = true;
    bool left = lookup->left;
    pthread_cond_signal(&lookup->changed);
    pthread_mutex_unlock(&lookup->lock);
    if (left)
        lookup_free(lookup);
    return NULL;
}

/* Whether it is done; called with the lock held. */
static bool wait_for(struct lookup *lookup, int timeout_ms, const atomic_int *interrupted)
{
    long long deadline = clock_monotonic_ms() + timeout_ms;

    while (!lookup->done && !(interrupted && *interrupted)) {
        long long left = deadline - clock_monotonic_ms();
        if (left <= 0)
            break;
        struct timespec until = condition_deadline(left < STEP_MS ? left : STEP_MS);
        condition_wait(&lookup->changed, &lookup->lock, &until);
    }
    return lookup->done;
}

static enum name_result take(const struct lookup *lookup, struct name_addresses *out, struct text *why)
{
    struct name_addresses addresses = {.count = 0};

    if (lookup->code) {
        text_puts(why, gai_strerror(lookup->code));
        return lookup->code == EAI_NONAME || lookup->code == EAI_NODATA ? NAME_UNKNOWN : NAME_FAILED;
    }
    for (const struct addrinfo *each = lookup->found; each; each = each->ai_next) {
        if (addresses.count == NAME_ADDRESSES_MAX || each->ai_addrlen > sizeof *addresses.list)
            break;
        memcpy(&addresses.list[addresses.count], each->ai_addr, each->ai_addrlen);
        addresses.lengths[addresses.count++] = each->ai_addrlen;
    }
    *out = addresses;
    return NAME_FOUND;
}

static bool start(struct lookup *lookup)
{
    pthread_t thread;
    pthread_attr_t attributes;

    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    int error = pthread_create(&thread, &attributes, look_up, lookup);
    pthread_attr_destroy(&attributes);
    return error == 0;
}

enum name_result name_lookup(const char *host, int port, int timeout_ms, const atomic_int *interrupted,
                             struct name_addresses *out, struct text *why)
{
    struct lookup *lookup = memory_new(1, sizeof *lookup);
    enum name_result result = NAME_NO_ANSWER;

    lookup->host = memory_string(host);
    snprintf(lookup->port, sizeof lookup->port, "%d", port);
    pthread_mutex_init(&lookup->lock, NULL);
    condition_init(&lookup->changed);
    if (!start(lookup)) {
        text_puts(why, "no thread can be started");
        lookup_free(lookup);
        return NAME_FAILED;
    }
    pthread_mutex_lock(&lookup->lock);
    bool done = wait_for(lookup, timeout_ms, interrupted);
    if (done)
        result = take(lookup, out, why);
    else if (interrupted && *interrupted)
        result = NAME_INTERRUPTED;
    lookup->left = true;
    pthread_mutex_unlock(&lookup->lock);
    if (done)
        lookup_free(lookup);
    return result;
}
