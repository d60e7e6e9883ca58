/* SPDX-License-Identifier: Apache-2.0 */
/* Finds which of a host's addresses accept a TCP connection. Any thread. */
#ifndef ACCOUNT_PROBE_TCP_H
#define ACCOUNT_PROBE_TCP_H

#include <netinet/in.h>
#include <signal.h>

#include "account/probe/name_lookup.h"

#define TCP_ADDRESS_SIZE INET6_ADDRSTRLEN

struct tcp_probe {
    struct {
        char address[TCP_ADDRESS_SIZE];
        int error; /* 0: open; ETIMEDOUT: no answer in time; else an errno value: ECONNREFUSED ... */
    } tried[NAME_ADDRESSES_MAX];
    size_t count;
};

/* Connects to all at once and waits for each, timeout_ms in total. Returns the non-blocking connection to the
 * first open address, for the caller to close; -1: none. An interruption also gives ETIMEDOUT. */
int tcp_probe(const struct name_addresses *addresses, int timeout_ms,
              const volatile sig_atomic_t *interrupted, struct tcp_probe *out);

#endif
