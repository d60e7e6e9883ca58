/* SPDX-License-Identifier: Apache-2.0 */
/* What stands after the end of a JPEG. Phones append more pictures, films and notes of their makers, so there
 * is no list of what may; but a file that is a picture and an archive, a document, a page or a program as
 * well is made to fool somebody. Any thread. */
#ifndef DECODE_TAIL_H
#define DECODE_TAIL_H

#include <stdbool.h>
#include <stddef.h>

bool tail_is_suspect(const unsigned char *tail, size_t length);

#endif
