/* SPDX-License-Identifier: Apache-2.0 */
/* Limits publishes to a steady rate: AWS silently discards more than 100 publishes per second and connection
 * (IoT limits). Times in milliseconds. Not thread-safe. */
#ifndef CLAIM_PACE_H
#define CLAIM_PACE_H

struct pace {
    double rate; /* per second; 0: no limit */
    double credit;
    long long at_ms; /* monotonic */
};

/* Stays 2 % below the rate. Starts without credit, so there is no burst after a pause. */
void pace_init(struct pace *pace, int rate);

/* Takes one permit and returns 0, or returns the milliseconds until one is available. */
long long pace_take(struct pace *pace, long long now_ms);

#endif
