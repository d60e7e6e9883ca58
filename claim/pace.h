/* SPDX-License-Identifier: Apache-2.0 */
/* A steady rate: AWS discards what is above 100 publishes a second and connection (IoT limits), and says
 * nothing. Not shared between threads. */
#ifndef CLAIM_PACE_H
#define CLAIM_PACE_H

struct pace {
    double rate; /* a second; 0: no limit */
    double credit;
    long long at_ms; /* monotonic */
};

/* Stays two in a hundred below the rate. Starts with nothing saved up: a burst after a silence is as slow as
 * any other time. */
void pace_init(struct pace *pace, int rate);

/* Takes one permission and returns 0, or returns the milliseconds until there is one. */
long long pace_take(struct pace *pace, long long now_ms);

#endif
