/* SPDX-License-Identifier: Apache-2.0 */
/* What the service demands of the members of a request (its API model). Any thread. */
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

/* *out is the member's text, borrowed, or NULL where it may be absent. False with AWS's kind of sentence. */
bool check_text(const cJSON *object, const struct check *check, const char **out, struct text *why);
/* A list of {"Key", "Value"}; absent is fine. */
bool check_tags(const cJSON *object, struct text *why);
/* A whole number of [0, most]; "" is 0. */
bool check_number(const char *name, const char *text, long most, long *out, struct text *why);

bool check_role(const char *role, struct text *why);
/* "s3://bucket/key" */
bool check_url(const char *url, struct text *why);

#endif
