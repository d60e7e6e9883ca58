/* SPDX-License-Identifier: Apache-2.0 */
/* What the first bytes of a picture say: its kind, width and height. For pictures of the configuration, which
 * the portal shows and never decodes. Pure functions, any thread. */
#ifndef BASE_PICTURE_HEAD_H
#define BASE_PICTURE_HEAD_H

#include <stdbool.h>
#include <stddef.h>

#define PICTURE_SIDE_MAX 100000

enum picture_kind { PICTURE_PNG, PICTURE_JPEG, PICTURE_WEBP, PICTURE_SVG };

struct picture_head {
    enum picture_kind kind;
    unsigned width, height; /* pixels; of an SVG its own units, for its proportions. 1 to PICTURE_SIDE_MAX */
};

enum picture_error {
    PICTURE_OK,
    PICTURE_UNKNOWN, /* none of these kinds */
    PICTURE_NO_SIZE, /* its size is missing, 0 or too large */
    PICTURE_UNSAFE   /* an SVG with a script, a reference or an entity: *what says which */
};

/* bytes must be terminated after length. what: borrowed; may be NULL. */
enum picture_error picture_head_read(const char *bytes, size_t length, struct picture_head *out,
                                     const char **what) __attribute__((warn_unused_result));

/* "png", "jpg", "webp", "svg" */
const char *picture_kind_name(enum picture_kind kind);

#endif
