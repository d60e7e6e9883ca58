/* SPDX-License-Identifier: Apache-2.0 */
/* A client for tests of the HTTP server: one connection, bytes out, bytes in. */
#ifndef TESTS_UNIT_HTTP_CLIENT_H
#define TESTS_UNIT_HTTP_CLIENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* address: as of http_server_address(). receive_room: of the kernel's buffer; 0: what it likes. Fails the
 * test when it cannot. */
int client_connect(const char *address, int receive_room);
void client_send(int connection, const char *request);

/* Adds what there is, at least a byte and at most so much. False: the end, or cut. */
bool client_read(int connection, size_t most, struct text *out);
/* Adds all up to the end of the connection. */
void client_read_all(int connection, struct text *out);

/* What one request is answered by a server that closes behind it. */
void client_ask(const char *address, const char *request, struct text *out);

/* The body of one answer in chunks, from its head on; *whole: the last chunk is there. False where the bytes
 * are no chunks. */
bool client_unchunk(const struct text *answer, struct text *body, bool *whole);

#endif
