/* SPDX-License-Identifier: Apache-2.0 */
/* The label in front of a camera: POST /api/v1/labels/decode with a picture, /api/v1/labels/read with a text
 * that the browser has decoded itself. */
#ifndef SERVER_API_LABELS_H
#define SERVER_API_LABELS_H

#include "server/http/http.h"

extern const struct http_handler label_decode;
extern const struct http_handler label_text;

#endif
