/* SPDX-License-Identifier: Apache-2.0 */
/* Starts all parts of the portal in order and stops them in reverse order. Main thread only. */
#ifndef SERVER_APP_H
#define SERVER_APP_H

#include <stdbool.h>

#include "base/text.h"
#include "server/settings.h"

struct app;

/* Starts the portal and returns when it serves requests. settings are borrowed for the life of the app.
 * Returns NULL with a sentence in *why on error; nothing is left running then. If the database server cannot
 * be reached, it retries until interrupted() returns true. */
struct app *app_start(const struct settings *settings, bool (*interrupted)(void), struct text *why);

/* Connects to all accounts again, with the certificate files as they are then. No claim is lost. */
void app_reload(struct app *app);

/* Serves for [http] drain, then accepts no new requests, answers those in flight, then stops and frees
 * everything. No accepted request is lost. Exits the process if the store does not answer within 20 seconds.
 */
void app_stop(struct app *app);

#endif
