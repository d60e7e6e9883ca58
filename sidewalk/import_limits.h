/* SPDX-License-Identifier: Apache-2.0 */
/* Checks limits of AWS before anything is sent, and makes the token that makes a repeated start harmless.
 * Pure functions, any thread. Each check returns true, or false with a sentence in *why. */
#ifndef SIDEWALK_IMPORT_LIMITS_H
#define SIDEWALK_IMPORT_LIMITS_H

#include <stdbool.h>
#include <stddef.h>

#include "aws/request.h"
#include "base/digest.h"

#define IMPORT_TAGS_MAX 50 /* AWS's limit per resource */

bool import_smsn_fits(const char *smsn, struct text *why);
bool import_destination_fits(const char *destination, struct text *why);
bool import_role_fits(const char *role, struct text *why);
bool import_file_fits(const char *url, struct text *why);
bool import_token_fits(const char *token, struct text *why);
bool import_name_fits(const char *name, struct text *why);
/* Checks a task's or device profile's id, which becomes part of a path. */
bool import_id_fits(const char *id, struct text *why);
/* tags ends with a NULL name. */
bool import_tags_fit(const struct aws_pair *tags, struct text *why);

/* Makes the ClientRequestToken of an import: the SHA-256 (hex) of the list's digest, the destination, the
 * role and the URL, so that the same start always has the same token. previous: NULL at first; if the task of
 * that token has failed or is deleted, its id gives a new token. */
void import_token(const char *list_sha256, const char *destination, const char *role, const char *url,
                  const char *previous, char out[DIGEST_SIZE]);
/* The same for a single device. */
void import_token_single(const char *smsn, const char *destination, const char *name, char out[DIGEST_SIZE]);

#endif
