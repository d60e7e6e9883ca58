/* SPDX-License-Identifier: Apache-2.0 */
/* Connects to a host by TCP. Any thread. */
#ifndef BASE_TCP_H
#define BASE_TCP_H

#include <netinet/in.h>
#include <stdatomic.h>

#include "base/name_lookup.h"

#define TCP_ADDRESS_SIZE INET6_ADDRSTRLEN

struct tcp_probe {
    struct {
        char address[TCP_ADDRESS_SIZE];
        int error; /* 0: open; ETIMEDOUT: no answer in time; else an errno value: ECONNREFUSED ... */
    } tried[NAME_ADDRESSES_MAX];
    size_t count;
};

/* Connects to the addresses in their order, each with a head start of 250 ms before the next (RFC 8305).
 * Returns the non-blocking connection that was first, for the caller to close; -1: none within timeout_ms, or
 * *interrupted became nonzero (may be NULL); then *error is the errno value of the first address. */
int tcp_connect(const struct name_addresses *addresses, int timeout_ms, const atomic_int *interrupted,
                int *error);

/* Connects to all at once and waits for each, timeout_ms in total, to see which of them are open. Returns as
 * tcp_connect() does. An interruption also gives ETIMEDOUT. */
int tcp_probe(const struct name_addresses *addresses, int timeout_ms, const atomic_int *interrupted,
              struct tcp_probe *out);

#endif
