/* SPDX-License-Identifier: Apache-2.0 */
/* The pictures and texts of a product, read at start from its folder:
 *
 *     picture.png         the product: .png, .jpg, .webp or .svg
 *     label.jpg           where its label is: .png, .jpg or .webp
 *     instructions.de.txt how to switch it on: plain text, a line a paragraph
 *     network.de.txt      what its network needs
 *     consent.de.txt      what people agree to
 *     marketing.de.txt    the offer of news, one line
 *     words.de.txt        "key = text" lines: name, fields, choices ("size.small"), countries ("country.DE")
 *
 * A language stands before the ending; a file without one is for all other languages. Other files are an
 * error, but for those that start with a dot. Read-only after loading, any thread. */
#ifndef OWNERSHIP_PRODUCT_FOLDER_H
#define OWNERSHIP_PRODUCT_FOLDER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/picture_head.h"
#include "base/text.h"

#define PRODUCT_PICTURE_MAX ((size_t)256 << 10) /* bytes, of a picture */
#define PRODUCT_TEXT_MAX ((size_t)4 << 10)      /* of a text: it is a part of a page of at most 50 kB */
#define PRODUCT_CONSENT_MAX ((size_t)8 << 10)
#define PRODUCT_FILES_MAX 128

enum product_part {
    PRODUCT_PICTURE,
    PRODUCT_LABEL,
    PRODUCT_INSTRUCTIONS,
    PRODUCT_NETWORK,
    PRODUCT_CONSENT,
    PRODUCT_MARKETING,
    PRODUCT_WORDS
};

struct product_file {
    char *name; /* in the folder, such as "picture.png" */
    enum product_part part;
    char *language; /* "": for all others */
    char *bytes;    /* terminated */
    size_t length;
    struct picture_head head; /* of a picture */
};

struct product_folder {
    struct product_file *files;
    size_t count;
    const char *language; /* the usual one; borrowed */
};

/* Reads a folder. language: the usual one, used where another has no file; borrowed. path "": an empty
 * folder. Returns NULL with a sentence in *why. */
struct product_folder *product_folder_load(const char *path, const char *language, struct text *why);
void product_folder_free(struct product_folder *folder); /* accepts NULL */

/* The file for a language ("pt-BR"), or else for its first part ("pt"), for all others, or for the usual
 * language. NULL: none. Borrowed. */
const struct product_file *product_folder_find(const struct product_folder *folder, enum product_part part,
                                               const char *language);

/* The text of a key in the words of a language, or of the same languages as above; false if there is none.
 * *word: length bytes, borrowed, not terminated. */
bool product_folder_word(const struct product_folder *folder, const char *language, const char *key,
                         const char **word, size_t *length);

#endif
