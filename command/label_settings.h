/* SPDX-License-Identifier: Apache-2.0 */
/* The settings that labels need from the portal's configuration: its public address, the form of each staging
 * account's names, and, for reading labels, the hosts of older addresses. All other keys are ignored, as only
 * the portal knows them. */
#ifndef COMMAND_LABEL_SETTINGS_H
#define COMMAND_LABEL_SETTINGS_H

#include "label/label.h"

struct label_settings {
    struct label_rules rules; /* borrows from the members below */
    char *public_url;         /* "" if not configured: no labels can be created then */
    char *hosts;              /* "" for none */
    struct identifier_form *forms;
};

/* url: the value of --url, or NULL. path: the value of --config, or NULL: then portal.ini is read if it
 * exists and url is NULL. Returns an exit status, 0 if *out is filled; prints errors to standard error. */
int label_settings_load(const char *path, const char *url, struct label_settings *out);
/* Checks that the settings have a usable address. Returns an exit status and prints an error to standard
 * error. given: the address is from --url. */
int label_settings_check_url(const struct label_settings *settings, bool given);
void label_settings_fini(struct label_settings *settings);

#endif
