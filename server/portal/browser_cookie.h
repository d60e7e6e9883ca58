/* SPDX-License-Identifier: Apache-2.0 */
/* Tells a browser again that has registered a product before: who registers the same product from it once
 * more, after a reset, is the same person. A random number in a cookie, of which the store keeps a digest;
 * set only when a product is registered. HTTP threads only. */
#ifndef SERVER_PORTAL_BROWSER_COOKIE_H
#define SERVER_PORTAL_BROWSER_COOKIE_H

#include "server/http/http.h"

/* The digest of the browser's number as the store keeps it. One that has none gets one with the answer. Never
 * 0. */
long long browser_cookie(struct http_exchange *exchange);

/* The browser forgets its number with the answer: another person may use it now. */
void browser_cookie_clear(struct http_exchange *exchange);

#endif
