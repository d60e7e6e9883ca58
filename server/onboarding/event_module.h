/* SPDX-License-Identifier: Apache-2.0 */
/* The sources of events that come from AWS's API are in a module that is loaded when the configuration asks
 * for one of them. It stays loaded for the life of the process. */
#ifndef SERVER_ONBOARDING_EVENT_MODULE_H
#define SERVER_ONBOARDING_EVENT_MODULE_H

#include "server/onboarding/event_source.h"

typedef struct event_source *event_source_open(const struct event_source_options *options, struct text *why);

/* Finds a function of event_source.h by its name. NULL with a sentence in *why. */
event_source_open *event_module_find(const char *name, struct text *why);

#endif
