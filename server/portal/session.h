/* SPDX-License-Identifier: Apache-2.0 */
/* The cookies of people who sign in. HTTP threads only, but for session_find().
 *
 * A session's cookie is for this host alone and out of reach of scripts and of other sites' forms (__Host-,
 * Secure, HttpOnly, SameSite=Lax). Over http, which is for this machine only, it has a plain name. */
#ifndef SERVER_PORTAL_SESSION_H
#define SERVER_PORTAL_SESSION_H

#include "server/http/http.h"
#include "server/identity/identity.h"
#include "server/store/persons.h"

/* Writes the digest of the session's cookie, "" if there is none. */
void session_read(struct http_exchange *exchange, char out[DIGEST_SIZE]);
/* Finds the session of such a digest: out->person_id is 0 if nobody is signed in, which is no error. For a
 * store job. */
enum store_error session_find(struct store_tx *tx, const char *digest, struct session *out);
void session_set(struct http_exchange *exchange, const char *cookie);
void session_clear(struct http_exchange *exchange);

/* The cookie by which the browser in which a sign-in began is known again, "" if there is none. */
void session_browser_read(struct http_exchange *exchange, char out[IDENTITY_SECRET_SIZE]);
void session_browser_set(struct http_exchange *exchange, const char *cookie);

#endif
