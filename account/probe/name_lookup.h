/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses of a host name, asked for with a bound on the time: getaddrinfo(3) has none. Any thread. */
#ifndef ACCOUNT_PROBE_NAME_LOOKUP_H
#define ACCOUNT_PROBE_NAME_LOOKUP_H

#include <signal.h>
#include <stddef.h>
#include <sys/socket.h>

#include "base/text.h"

#define NAME_ADDRESSES_MAX 16

struct name_addresses {
    struct sockaddr_storage list[NAME_ADDRESSES_MAX];
    socklen_t lengths[NAME_ADDRESSES_MAX];
    size_t count;
};

enum name_result {
    NAME_FOUND,
    NAME_UNKNOWN,   /* there is no such name, or it has no address */
    NAME_FAILED,    /* the servers do not know, or cannot be reached; why says which */
    NAME_NO_ANSWER, /* in time; a thread goes on waiting by itself */
    NAME_INTERRUPTED,
};

/* interrupted may be NULL. out is untouched unless it is found; why is the C library's word for it. */
enum name_result name_lookup(const char *host, int port, int timeout_ms,
                             const volatile sig_atomic_t *interrupted, struct name_addresses *out,
                             struct text *why);

#endif
