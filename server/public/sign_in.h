/* SPDX-License-Identifier: Apache-2.0 */
/* Signing in with the OEM's provider, or with a token of its app; and out. 404 where it is not configured.
 *
 * A token comes in a form, or in the query of an address that an app opens: an app cannot have a browser send
 * a form. Such an address is answered with a redirect to one without the token, the log has no queries, pages
 * name no referrer, and a token counts once: what is left of it in a history opens nothing. A fragment would
 * need a script to read it. */
#ifndef SERVER_PUBLIC_SIGN_IN_H
#define SERVER_PUBLIC_SIGN_IN_H

#include "server/http/http.h"

extern const struct http_handler sign_in_start;    /* GET  /sign-in?return_to=ADDRESS&then=PATH */
extern const struct http_handler sign_in_callback; /* GET  /sign-in/callback */
extern const struct http_handler
    sign_in_token; /* GET  /sign-in/token?token=TOKEN&return_to=ADDRESS&then=PATH */
extern const struct http_handler sign_in_form; /* POST /sign-in/token, also from other sites */
extern const struct http_handler sign_out;     /* POST /sign-out */

#endif
