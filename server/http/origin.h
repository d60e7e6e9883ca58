/* SPDX-License-Identifier: Apache-2.0 */
/* Tells a form of our own from one that a page of another site sends through a visitor's browser (cross-site
 * request forgery). Pure functions, any thread. */
#ifndef SERVER_HTTP_ORIGIN_H
#define SERVER_HTTP_ORIGIN_H

#include <stdbool.h>

/* What a request says of where it comes from; NULL: not said. */
struct origin {
    const char *fetch_site; /* Sec-Fetch-Site */
    const char *origin;     /* Origin */
    const char *host;       /* Host */
};

/* True if the browser says that a page of another origin sends this. public_url: the address of our pages,
 * such as "https://register.example.com"; "" if not known. Programs and old browsers say nothing and pass.
 * So does Origin: null, which browsers send from our own pages too, because they have Referrer-Policy:
 * no-referrer (Fetch standard, "append a request Origin header"); over TLS, Sec-Fetch-Site decides before. */
bool origin_is_foreign(const struct origin *request, const char *public_url);

/* True if the browser holds the page for secure: over TLS, which a proxy may end, or from this machine. On
 * others it reports Cross-Origin-Opener-Policy as a mistake. host, forwarded_proto (X-Forwarded-Proto): NULL:
 * not said. */
bool origin_is_secure(const char *host, const char *forwarded_proto, const char *public_url);

#endif
