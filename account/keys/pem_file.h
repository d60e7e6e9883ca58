/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a file that should hold something in PEM form (RFC 7468), and explains what it holds instead. Pure
 * functions except for the read; any thread. */
#ifndef ACCOUNT_KEYS_PEM_FILE_H
#define ACCOUNT_KEYS_PEM_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/text.h"

/* AWS IoT takes certificates of 64 KiB at most. */
#define PEM_FILE_MAX ((size_t)64 * 1024)
/* Debian's ca-certificates.crt has a quarter of a MiB. */
#define PEM_BUNDLE_MAX ((size_t)4 * 1024 * 1024)

enum pem_kind {
    PEM_CERTIFICATE,
    PEM_KEY,
    PEM_ENCRYPTED_KEY,
    PEM_REQUEST,
    PEM_PUBLIC_KEY,
    PEM_OTHER, /* a kind that this program does not use */
    PEM_KINDS,
};

/* False with a sentence that names the file; the outputs are untouched then. *out is owned and terminated. */
bool pem_file_read(const char *path, size_t limit, char **out, size_t *length, struct text *why);
/* True when a block of that kind begins in the text; its content is not checked. */
bool pem_file_holds(const char *text, size_t length, enum pem_kind kind);
/* Adds a sentence why the text called name cannot be used as `wanted`: it holds something else, is not PEM,
 * or the block is damaged. */
void pem_file_explain(const char *text, size_t length, const char *name, enum pem_kind wanted,
                      struct text *why);

#endif
