/* SPDX-License-Identifier: Apache-2.0 */
#include "server/identity/fetch.h"

#include <dlfcn.h>
#include <stdlib.h>

#include "base/memory.h"
#include "server/identity/address.h"

/* dlopen() finds it in the program's RPATH. */
#define MODULE "expresslink-identity.so"

struct fetch {
    const struct fetch_functions *functions;
    void *own;
};

struct fetch *fetch_new(struct text *why)
{
    void *module = dlopen(MODULE, RTLD_NOW | RTLD_LOCAL); /* stays loaded */
    const struct fetch_functions *functions = module ? dlsym(module, FETCH_MODULE_SYMBOL) : NULL;

    if (!functions) {
        text_printf(why, "the module for signing in cannot be loaded: %s", dlerror());
        return NULL;
    }
    struct fetch *fetch = memory_new(1, sizeof *fetch);
    *fetch = (struct fetch){functions, functions->open()};
    return fetch;
}

void fetch_free(struct fetch *fetch)
{
    if (!fetch)
        return;
    fetch->functions->close(fetch->own);
    free(fetch);
}

bool fetch_send(struct fetch *fetch, const struct fetch_request *request, struct fetch_answer *out,
                struct text *why)
{
    *out = (struct fetch_answer){.max_age_s = -1, .body = TEXT_EMPTY};
    if (address_is_safe(request->url))
        return fetch->functions->send(fetch->own, request, out, why);
    text_printf(why, "%s is not an https:// address", request->url);
    return false;
}
