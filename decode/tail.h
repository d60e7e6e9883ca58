/* SPDX-License-Identifier: Apache-2.0 */
/* Checks the data after the end of a JPEG. Phones append more pictures, videos and vendor data, so there is
 * no list of allowed data; but a file that is a picture and also an archive, document, web page or program is
 * meant to deceive. Any thread. */
#ifndef DECODE_TAIL_H
#define DECODE_TAIL_H

#include <stdbool.h>
#include <stddef.h>

bool tail_is_suspect(const unsigned char *tail, size_t length);

#endif
