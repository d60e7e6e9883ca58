/* SPDX-License-Identifier: Apache-2.0 */
/* The parts of a URL, read by libcurl as it reads those that it sends to. Any thread. */
#ifndef AWS_URL_PARTS_H
#define AWS_URL_PARTS_H

#include <stdbool.h>

#include "base/text.h"

struct aws_url {      /* all owned; aws_url_fini() */
    char *origin;     /* "https://host:port" */
    char *host;       /* no port, no brackets */
    char *path;       /* "/" when the URL has none */
    char *query;      /* without the question mark; NULL: none */
    bool is_tls;      /* https */
    bool is_loopback; /* localhost, 127.0.0.0/8, ::1 */
};
/* Takes http and https URLs without a user name and a fragment. False with the second half of a sentence in
 * *why. */
bool aws_url_parse(const char *url, struct aws_url *out, struct text *why);
void aws_url_fini(struct aws_url *url);

#endif
