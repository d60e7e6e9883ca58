/* SPDX-License-Identifier: Apache-2.0 */
/* Which addresses the portal asks, and to which ones it sends people. Pure functions, any thread. */
#ifndef SERVER_IDENTITY_ADDRESS_H
#define SERVER_IDENTITY_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

#define ADDRESS_MAX 1024

/* Whether it is an https address, or an http address of this machine (127.0.0.1, [::1], localhost), without a
 * user name and a fragment. */
bool address_is_safe(const char *url);
bool address_is_local(const char *url); /* an http address of this machine */

/* A list of addresses to which people may return, separated by spaces: https addresses, http addresses of
 * this machine, and addresses of apps, whose scheme has a dot (RFC 8252, 7.1: com.example.app:/done). Each
 * allows itself, and what continues it with a slash, a question mark, or, behind a slash or question mark of
 * its own, with anything. Returns false with the second half of a sentence about the first one that is none.
 * "" is a list. */
bool address_list_check(const char *list, struct text *why);
/* Never true for an address that a browser reads in another way than it is compared here: with characters
 * beyond those of RFC 3986, a backslash, a fragment, or a segment of dots. */
bool address_list_allows(const char *list, const char *url, size_t length);

/* Whether it is a path of our own pages, with no more than letters, digits and "-_.~/": "/r/0123". A second
 * slash would begin a host. */
bool address_is_own_path(const char *path, size_t length);

/* Adds url with another parameter: name=value. The value is encoded. */
void address_add(struct text *url, const char *name, const char *value);

#endif
