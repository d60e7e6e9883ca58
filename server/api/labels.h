/* SPDX-License-Identifier: Apache-2.0 */
/* Reads labels in front of a camera: POST /api/v1/labels/decode takes a picture, /api/v1/labels/read takes a
 * text that the browser has already decoded. */
#ifndef SERVER_API_LABELS_H
#define SERVER_API_LABELS_H

#include "server/http/http.h"

extern const struct http_handler label_decode;
extern const struct http_handler label_text;

#endif
