/* SPDX-License-Identifier: Apache-2.0 */
/* Asks AWS IoT whether a thing is connected (GetThingConnectivityData; IoT, "Device connectivity status
 * queries"). The account must index connectivity (fleet indexing), and sees a thing connected where a client
 * of its name is. AWS allows 350 such calls a second by default. Threads and errors: see aws/request.h. */
#ifndef AWS_THING_CONNECTIVITY_H
#define AWS_THING_CONNECTIVITY_H

#include "aws/request.h"

struct aws_thing_connectivity {
    bool exists; /* false: the account has no such thing */
    bool connected;
    long long since_ms; /* when it connected or disconnected, by AWS's clock; 0: not known */
};

/* *out is untouched after an error; that there is no such thing is none. code: the error code
 * ("IndexNotReadyException"), or "". why: see aws_json_call(). */
enum aws_error aws_thing_connectivity(struct aws_session *session, const char *thing_name,
                                      const atomic_int *interrupted, struct aws_thing_connectivity *out,
                                      char code[80], struct text *why) __attribute__((warn_unused_result));

#define AWS_CONNECTIVITY_ACTION "iot:GetThingConnectivityData"
/* What to do about that code. */
#define AWS_CONNECTIVITY_NO_INDEX "IndexNotReadyException"
#define AWS_CONNECTIVITY_ADVICE                                                                              \
    "turn on fleet indexing of connectivity: aws iot update-indexing-configuration "                         \
    "--thing-indexing-configuration thingIndexingMode=REGISTRY,thingConnectivityIndexingMode=STATUS"

#endif
