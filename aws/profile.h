/* SPDX-License-Identifier: Apache-2.0 */
/* Parses the shared AWS configuration files ~/.aws/config and ~/.aws/credentials. The only user of inih in
 * this folder.
 *
 * The rules are those of the AWS SDKs. config has sections [default], [profile NAME] and [services NAME];
 * credentials has [NAME]. Keys are case-insensitive. Indented lines below a key without a value are nested
 * keys. # and ; begin a comment; after a value only when a space precedes them. Sections of the same name are
 * merged, and the later value of a key counts. Any thread; one thread at a time for a file. */
#ifndef AWS_PROFILE_H
#define AWS_PROFILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

#define AWS_PROFILE_FILE_MAX ((size_t)1 << 20)
#define AWS_PROFILE_LINE_MAX 8192 /* session tokens are long */

enum aws_profile_style {
    AWS_PROFILE_CONFIG,      /* [profile NAME] */
    AWS_PROFILE_CREDENTIALS, /* [NAME] */
};

struct aws_profile_file;

/* NULL with a sentence in *why, which names path:line and never quotes the content. */
struct aws_profile_file *aws_profile_parse(const char *path, enum aws_profile_style style, const char *bytes,
                                           size_t length, struct text *why);
/* Reads the file at path. A missing file counts as empty. */
struct aws_profile_file *aws_profile_load(const char *path, enum aws_profile_style style, struct text *why);
void aws_profile_free(struct aws_profile_file *file); /* NULL is fine */

const char *aws_profile_path(const struct aws_profile_file *file);
bool aws_profile_has(const struct aws_profile_file *file, const char *profile);
/* NULL: missing or empty. Borrowed. */
const char *aws_profile_get(const struct aws_profile_file *file, const char *profile, const char *key);
/* The key below `service` in [services NAME]. */
const char *aws_profile_get_service(const struct aws_profile_file *file, const char *services,
                                    const char *service, const char *key);

#endif
