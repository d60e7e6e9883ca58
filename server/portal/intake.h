/* SPDX-License-Identifier: Apache-2.0 */
/* From what a person typed to a request to the store; shared by the form and the API. */
#ifndef SERVER_PORTAL_INTAKE_H
#define SERVER_PORTAL_INTAKE_H

#include <stdbool.h>

#include "claim/settings.h"
#include "server/store/registrations.h"

/* Fills request->targets with every staging account whose form fits; only one of them has the device, and
 * nothing tells which. False with *problem where none fits. */
bool intake_targets(const struct claim_settings *settings, const char *typed, size_t length,
                    struct registration_request *request, struct identifier_problem *problem);

/* Fills the rest: a new token, the time, the window. */
void intake_begin(const struct claim_settings *settings, struct registration_request *request);

/* The store's errors for a registration as a sentence for programs; NULL: the status says it all. */
const char *intake_error_detail(enum store_error error);

#endif
