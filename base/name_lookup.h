/* SPDX-License-Identifier: Apache-2.0 */
/* Resolves a host name with a time limit, which getaddrinfo(3) does not have. Any thread. */
#ifndef BASE_NAME_LOOKUP_H
#define BASE_NAME_LOOKUP_H

#include <stdatomic.h>
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
    NAME_UNKNOWN,   /* no such name, or no address */
    NAME_FAILED,    /* the servers do not know or are unreachable; why says which */
    NAME_NO_ANSWER, /* timeout; a thread keeps waiting on its own */
    NAME_INTERRUPTED,
};

/* interrupted may be NULL. out is untouched unless NAME_FOUND; why is the C library's text. */
enum name_result name_lookup(const char *host, int port, int timeout_ms, const atomic_int *interrupted,
                             struct name_addresses *out, struct text *why);

#endif
