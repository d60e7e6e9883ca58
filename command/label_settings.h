/* SPDX-License-Identifier: Apache-2.0 */
/* What labels need of the portal's configuration: its address as people see it, and how each staging account
 * writes its names, and for reading them the hosts that stand on older ones. The rest of the file, which may
 * name keys that only the portal can read, is left alone.
 */
#ifndef COMMAND_LABEL_SETTINGS_H
#define COMMAND_LABEL_SETTINGS_H

#include "label/label.h"

struct label_settings {
    struct label_rules rules; /* borrows from the rest */
    char *public_url;         /* "" when not configured: no labels can be made then */
    char *hosts;              /* "" for none */
    struct identifier_form *forms;
};

/* url: of --url, or NULL. path: of --config, or NULL: portal.ini if there is one, and not even that with a
 * url. An exit status, 0 when *out is filled; errors are told on standard error. */
int label_settings_load(const char *path, const char *url, struct label_settings *out);
/* Whether labels can be made with them: an exit status, and an error on standard error. given: by --url. */
int label_settings_check_url(const struct label_settings *settings, bool given);
void label_settings_fini(struct label_settings *settings);

#endif
