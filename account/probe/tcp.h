/* SPDX-License-Identifier: Apache-2.0 */
/* Which of a host's addresses take a TCP connection. Any thread. */
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

/* Connects to all at once and waits for each, timeout_ms altogether. The connection to the first that is
 * open, non-blocking, the caller's to close; -1 where none is. ETIMEDOUT is also what an interruption leaves.
 */
int tcp_probe(const struct name_addresses *addresses, int timeout_ms,
              const volatile sig_atomic_t *interrupted, struct tcp_probe *out);

#endif
