/* SPDX-License-Identifier: Apache-2.0 */
/* Checks members of a request by the service's API model. Any thread. */
#ifndef SANDBOX_CLOUD_CHECKS_H
#define SANDBOX_CLOUD_CHECKS_H

#include <stdbool.h>

#include "base/json.h"
#include "base/text.h"

#define CHECKS_WORD "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"

struct check {
    const char *name;
    bool required;
    size_t least, most;
    const char *characters; /* NULL: any */
};

/* *out is the member's text, borrowed; NULL if it is optional and missing. Returns false with a sentence in
 * AWS's style. */
bool check_text(const cJSON *object, const struct check *check, const char **out, struct text *why);
/* Checks a list of {"Key", "Value"}; it may be missing. */
bool check_tags(const cJSON *object, struct text *why);
/* Checks a whole number from 0 to most; "" is 0. */
bool check_number(const char *name, const char *text, long most, long *out, struct text *why);

bool check_role(const char *role, struct text *why);
/* Checks "s3://bucket/key". */
bool check_url(const char *url, struct text *why);

#endif
