/* SPDX-License-Identifier: Apache-2.0 */
/* How fast devices may be registered: evenly, below the limits of the AWS account, and slower for a while
 * after AWS asks for fewer calls. Pure functions over times that the caller passes (monotonic ms). One
 * thread. */
#ifndef ACCOUNT_ENROLMENT_CALL_PACE_H
#define ACCOUNT_ENROLMENT_CALL_PACE_H

/* Devices a second, with which no account is throttled (IoT, "AWS IoT Core quotas"): each device is one
 * RegisterCertificateWithoutCA, of which 10 a second are allowed; AttachPolicy 15, CreateThing and
 * AttachThingPrincipal 100. An account can have higher limits. */
#define CALL_PACE_USUAL 9.5
#define CALL_PACE_LEAST 0.25 /* devices a second: it never becomes slower, unless a lower rate is wanted */

struct call_pace {
    double most, now; /* devices a second */
    double next_ms;   /* when the next device may begin */
    long long changed_ms;
    unsigned long throttled;
};

void call_pace_init(struct call_pace *pace, double most, long long now_ms);

/* throttled: how many calls AWS has refused so far as too many. A higher number than before halves the pace,
 * at most once a second; without a new one it grows back by a tenth of the full pace each second. */
void call_pace_follow(struct call_pace *pace, unsigned long throttled, long long now_ms);

/* How long to wait before the next device begins; 0: it may. */
long long call_pace_wait_ms(const struct call_pace *pace, long long now_ms);
/* A device begins. */
void call_pace_begin(struct call_pace *pace, long long now_ms);

#endif
