/* SPDX-License-Identifier: Apache-2.0 */
/* Lets answers leave at fixed times after their requests came, so that how long the work took tells nothing:
 * whether a device is in the store, has an owner, or was never heard of. One thread. */
#ifndef SERVER_PORTAL_PACER_H
#define SERVER_PORTAL_PACER_H

#include "server/http/http.h"

struct pacer;

/* step_ms: answers leave a multiple of this after their requests came; more than the work usually takes.
 * NULL: the thread cannot be started. */
struct pacer *pacer_start(long long step_ms);
/* Passes on at once what is still held. Accepts NULL. */
void pacer_stop(struct pacer *pacer);

/* Now, for pacer_done(). Any thread. */
long long pacer_now_us(void);

/* The work is done: calls http_work_done() when it is time. came_us: pacer_now_us() when the request came.
 * Never blocks. Any thread. */
void pacer_done(struct pacer *pacer, struct http_work *work, unsigned result, long long came_us);

#endif
