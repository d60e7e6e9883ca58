/* SPDX-License-Identifier: Apache-2.0 */
/* Registers several devices of a batch at the same time, and gives their results back in the order in which
 * they were added. It paces them (call_pace.h), and tries a device that AWS throttles again, at that pace, up
 * to eight times. Threads of its own make the AWS calls; the functions here belong to one thread. */
#ifndef ACCOUNT_ENROLMENT_ENROLMENT_FLIGHTS_H
#define ACCOUNT_ENROLMENT_ENROLMENT_FLIGHTS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "account/enrolment/enrolment.h"
#include "account/enrolment/results.h"

#define ENROLMENT_FLIGHTS_MOST 16  /* devices that are registered at the same time */
#define ENROLMENT_FLIGHTS_QUEUE 64 /* devices whose results wait for that of an earlier one */

struct enrolment_flights;

struct enrolment_landing { /* owned texts; enrolment_landing_fini() */
    char *place, *thing, *certificate_id;
    const char *outcome; /* of one that was not registered: "duplicate", "failed"; NULL: see error */
    enum aws_error error;
    enum enrolment_result result; /* with AWS_OK */
    struct text why;              /* without AWS_OK, or with an outcome */
};

/* most: devices a second; threads: how many, at most ENROLMENT_FLIGHTS_MOST; 0: no device will be registered.
 * enroller is borrowed. */
struct enrolment_flights *enrolment_flights_new(const struct enroller *enroller, double most, size_t threads);
/* Waits for the devices that are being registered. NULL is fine. */
void enrolment_flights_free(struct enrolment_flights *flights);

/* Whether enrolment_flights_begin() may be called now. */
bool enrolment_flights_may_begin(struct enrolment_flights *flights);
/* Copies all. row has no result and no why. */
void enrolment_flights_begin(struct enrolment_flights *flights, const struct enrolment_row *row,
                             const struct certificate *certificate);
/* Whether enrolment_flights_add() may be called now. */
bool enrolment_flights_has_room(const struct enrolment_flights *flights);
/* Takes a device's place in the order that is not registered. row->result is static. */
void enrolment_flights_add(struct enrolment_flights *flights, const struct enrolment_row *row);

/* True: *out is the result of the earliest device that has not been given yet. */
bool enrolment_flights_land(struct enrolment_flights *flights, struct enrolment_landing *out);
void enrolment_landing_fini(struct enrolment_landing *landing);
/* The batch ends early: throttled devices are not tried again. */
void enrolment_flights_end(struct enrolment_flights *flights);
/* No result is left to be given. */
bool enrolment_flights_are_over(const struct enrolment_flights *flights);
/* Waits for a change: a result, or that a device may begin; a tenth of a second at most. */
void enrolment_flights_wait(struct enrolment_flights *flights);

#endif
