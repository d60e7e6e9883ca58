/* SPDX-License-Identifier: Apache-2.0 */
/* Tells why a connection could not be made: whether to wait for the server, or to give up because the
 * configuration is wrong. Private to server/store/engine/. */
#ifndef SERVER_STORE_ENGINE_POSTGRESQL_REFUSAL_H
#define SERVER_STORE_ENGINE_POSTGRESQL_REFUSAL_H

#include <stdbool.h>

/* Whether the error may go away by waiting: at start the server or its host name may not be there yet.
 *
 * said: PQerrorMessage() of a failed connection with PQERRORS_SQLSTATE, in which an answer of the server is
 * its SQLSTATE, whatever language the server speaks. The rest are libpq's own sentences, which are English:
 * the program does not call setlocale(). What is inside double quotes are names, and is not looked at. */
bool postgresql_may_come_up(const char *said);

#endif
