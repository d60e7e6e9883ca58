/* SPDX-License-Identifier: Apache-2.0 */
/* The section [sign_in] of the configuration. Main thread, at start. */
#ifndef SERVER_IDENTITY_SIGN_IN_CONFIG_H
#define SERVER_IDENTITY_SIGN_IN_CONFIG_H

#include "base/config.h"

struct sign_in_config { /* texts are borrowed from the config and never NULL; "": not set */
    const char *issuer, *client_id, *client_secret_file, *scopes;       /* OpenID Connect */
    const char *token_issuer, *token_audience, *token_keys, *token_url; /* signed tokens of the OEM's app */
    const char *return_urls, *label;
    const char *public_url;
};

#define SIGN_IN_KEYS 10
extern const struct config_key sign_in_keys[SIGN_IN_KEYS];

/* Reads the section and adds errors to the config. */
void sign_in_config_load(struct config *config, const char *public_url, struct sign_in_config *out);

/* Whether people can sign in at all. */
static inline bool sign_in_is_configured(const struct sign_in_config *config)
{
    return *config->issuer || *config->token_keys;
}

#endif
