/* SPDX-License-Identifier: Apache-2.0 */
/* Starts everything in order and stops it in reverse: stop all, then free all. */
#ifndef SERVER_APP_H
#define SERVER_APP_H

#include <stdbool.h>

#include "base/text.h"
#include "server/settings.h"

struct app;

/* NULL with a sentence in *why; then nothing is left running. settings are borrowed for the life of the app.
 * A database server that is not there yet is waited for until interrupted() says that the portal is to end.
 */
struct app *app_start(const struct settings *settings, bool (*interrupted)(void), struct text *why);

/* Takes no new requests, answers those under way, and stops. No accepted request is lost. */
void app_stop(struct app *app);

#endif
