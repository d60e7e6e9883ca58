/* SPDX-License-Identifier: Apache-2.0 */
/* The files that AWS's programs share: ~/.aws/config and ~/.aws/credentials. The only user of inih here.
 *
 * As the AWS SDKs read them: sections [default], [profile NAME], [services NAME] in config, [NAME] in
 * credentials; keys in any case; values whose lines are indented below an empty one are keys of their own;
 * # and ; begin a comment, after a value too where a space stands before it; a section that comes twice is
 * one section, and the later value of a key counts. Any thread; a file belongs to one at a time. */
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

/* NULL with a sentence in *why, which names the place as path:line and repeats nothing of the content. */
struct aws_profile_file *aws_profile_parse(const char *path, enum aws_profile_style style, const char *bytes,
                                           size_t length, struct text *why);
/* The same from a file; one that is not there is an empty one. */
struct aws_profile_file *aws_profile_load(const char *path, enum aws_profile_style style, struct text *why);
void aws_profile_free(struct aws_profile_file *file); /* NULL is fine */

const char *aws_profile_path(const struct aws_profile_file *file);
bool aws_profile_has(const struct aws_profile_file *file, const char *profile);
/* NULL: not there. Borrowed. "" is not there. */
const char *aws_profile_get(const struct aws_profile_file *file, const char *profile, const char *key);
/* The key below `service` in [services NAME]. */
const char *aws_profile_get_service(const struct aws_profile_file *file, const char *services,
                                    const char *service, const char *key);

#endif
