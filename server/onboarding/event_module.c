/* SPDX-License-Identifier: Apache-2.0 */
#include "server/onboarding/event_module.h"

#include <dlfcn.h>
#include <string.h>

/* dlopen() finds it in the program's RPATH. */
#define MODULE "expresslink-events.so"

event_source_open *event_module_find(const char *name, struct text *why)
{
    void *module = dlopen(MODULE, RTLD_NOW | RTLD_LOCAL);
    void *found = module ? dlsym(module, name) : NULL;
    event_source_open *open = NULL;

    if (!found)
        text_printf(why, "the module for events from AWS cannot be loaded: %s", dlerror());
    else
        memcpy(&open, &found, sizeof open);
    return open;
}
