/* SPDX-License-Identifier: Apache-2.0 */
/* libmicrohttpd 0.9.75 answers what is no HTTP with pages of its own, and has no option for others. It queues
 * them with its public function MHD_queue_response(), and the dynamic linker looks for that in the program
 * first. So a function of that name gets these calls, and can answer in the library's place. Where a library
 * is linked so that it only calls itself, its own pages are sent, and the tests fail. Private to
 * server/http/. */
#ifndef SERVER_HTTP_LIBRARY_ANSWER_H
#define SERVER_HTTP_LIBRARY_ANSWER_H

#include <stdbool.h>

struct MHD_Connection;
struct MHD_Response;

/* Answers with library_answer_queue() and returns its result: whether there is an answer. context: the
 * socket_context of the connection. */
typedef bool library_answer(void *context, unsigned status);

/* Call before a daemon starts; all have the same answer. Returns false if the library has no such function.
 */
bool library_answer_prepare(library_answer *answer) __attribute__((warn_unused_result));

/* The library's own MHD_queue_response(). */
bool library_answer_queue(struct MHD_Connection *connection, unsigned status, struct MHD_Response *response);

#endif
