/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of the networks from which people register (an IPv4 /24, an IPv6 /48): how many of their
 * claims are open, how many devices arrived and how many claims expired. The record halves every half hour.
 * From it follows a network's share. Pure; one thread; all times are the caller's milliseconds. */
#ifndef SERVER_ONBOARDING_NETWORKS_H
#define SERVER_ONBOARDING_NETWORKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct networks;

#define NETWORK_UNKNOWN 0 /* nothing is held against claims of which the network is not known */

/* The record of one, as the store keeps it. */
struct network_record {
    uint64_t key;
    double arrivals, expiries; /* as of as_of */
    long long as_of;
    uint32_t open, waiting;
};

/* One network. Only this module changes the record; the other fields are those of turns.c and its parts. */
struct network {
    uint64_t key;
    double arrivals, expiries;
    long long as_of;
    bool is_used, is_changed;
    uint32_t told_open, told_waiting;     /* what networks_changed() returned last */
    uint32_t open;                        /* claims */
    uint32_t old;                         /* of those, open for over three minutes */
    uint32_t tried;                       /* of those, were sent a message */
    uint32_t waiting;                     /* of those, not admitted: */
    uint32_t first_waiting, last_waiting; /* a list of them */
    double tag;                           /* of the next of them */
    uint32_t heap_place;
};

struct networks *networks_new(void);
void networks_free(struct networks *networks); /* NULL is allowed */

/* Returns the place of a network, which is made if need be. It stays its place while it has open claims. */
uint32_t networks_find(struct networks *networks, uint64_t key, long long now);
/* Borrowed until networks_find(). */
struct network *networks_at(struct networks *networks, uint32_t place);
/* Places are 0 to this; those that are not is_used are free. */
size_t networks_places(const struct networks *networks);

/* 0 to 1: low where many claims do not arrive. */
double network_quality(struct network *network, long long now);
/* Its weight beside others: 1 for one without arrivals. */
double network_weight(struct network *network, long long now);
/* How many of its claims may be open before further ones wait behind other networks'. */
double network_allowance(struct network *network, long long now);

void network_arrived(struct network *network, long long now);
void network_expired(struct network *network, long long now);

/* Drops networks without open claims whose record has faded, once networks_changed() has returned that. */
void networks_forget(struct networks *networks, long long now);

/* Adds what the store knew. */
void networks_set(struct networks *networks, const struct network_record *record, long long now);
/* Copies the records that have changed since they were copied last, up to room, and goes on behind them the
 * next time. Returns how many. A few open claims more or less are no change. */
size_t networks_changed(struct networks *networks, struct network_record *out, size_t room);

#endif
