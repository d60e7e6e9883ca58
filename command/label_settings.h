/* SPDX-License-Identifier: Apache-2.0 */
/* What labels need of the portal's configuration: its address as people see it, and how each staging account
 * writes its names. The rest of the file, which may name keys that only the portal can read, is left alone.
 */
#ifndef COMMAND_LABEL_SETTINGS_H
#define COMMAND_LABEL_SETTINGS_H

#include "label/label.h"

struct label_settings {
    struct label_rules rules; /* borrows from the rest */
    char *public_url;
    struct identifier_form *forms;
};

/* url: of --url, or NULL. path: of --config, or NULL: portal.ini if there is one, and not even that with a
 * url. An exit status, 0 when *out is filled; errors are told on standard error. */
int label_settings_load(const char *path, const char *url, struct label_settings *out);
void label_settings_fini(struct label_settings *settings);

#endif
