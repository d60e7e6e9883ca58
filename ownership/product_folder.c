/* SPDX-License-Identifier: Apache-2.0 */
#include "ownership/product_folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/excerpt.h"
#include "base/file.h"
#include "base/lines.h"
#include "base/memory.h"
#include "base/plain_text.h"
#include "base/utf8.h"

#define LANGUAGE_MAX 35 /* RFC 5646 4.4.1 */

static const struct {
    const char *name;
    const char *endings; /* each in front of a space */
    size_t limit;
    const char *limit_name;
} parts[] = {
    [PRODUCT_PICTURE] = {"picture", "png jpg jpeg webp svg ", PRODUCT_PICTURE_MAX, "256 KiB"},
    [PRODUCT_LABEL] = {"label", "png jpg jpeg webp ", PRODUCT_PICTURE_MAX, "256 KiB"},
    [PRODUCT_INSTRUCTIONS] = {"instructions", "txt ", PRODUCT_TEXT_MAX, "4 KiB"},
    [PRODUCT_NETWORK] = {"network", "txt ", PRODUCT_TEXT_MAX, "4 KiB"},
    [PRODUCT_CONSENT] = {"consent", "txt ", PRODUCT_CONSENT_MAX, "8 KiB"},
    [PRODUCT_MARKETING] = {"marketing", "txt ", PRODUCT_TEXT_MAX, "4 KiB"},
    [PRODUCT_WORDS] = {"words", "txt ", PRODUCT_CONSENT_MAX, "8 KiB"},
};
#define PARTS (sizeof parts / sizeof *parts)

static bool has_ending(const char *endings, const char *ending)
{
    const size_t length = strlen(ending);

    for (const char *at = endings; *at; at = strchr(at, ' ') + 1)
        if (strncmp(at, ending, length) == 0 && at[length] == ' ')
            return true;
    return false;
}

static bool is_language(const char *text, size_t length)
{
    return length > 0 && length <= LANGUAGE_MAX &&
           strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-") >= length;
}

/* "picture.de.png": part, language and ending. */
static bool parse_name(const char *name, struct product_file *out)
{
    const char *first = strchr(name, '.'), *last = strrchr(name, '.');
    size_t length = first ? (size_t)(first - name) : 0;

    for (size_t i = 0; i < PARTS && first; i++) {
        if (strlen(parts[i].name) != length || memcmp(parts[i].name, name, length) != 0)
            continue;
        if (!has_ending(parts[i].endings, last + 1))
            return false;
        if (first != last && !is_language(first + 1, (size_t)(last - first - 1)))
            return false;
        out->part = (enum product_part)i;
        out->language =
            first == last ? memory_string("") : memory_part(first + 1, (size_t)(last - first - 1));
        return true;
    }
    return false;
}

static bool is_picture(enum product_part part)
{
    return part == PRODUCT_PICTURE || part == PRODUCT_LABEL;
}

static bool check_picture(const char *path, struct product_file *file, struct text *why)
{
    const char *what = "";
    enum picture_error error = picture_head_read(file->bytes, file->length, &file->head, &what);

    if (!error && strncmp(strrchr(file->name, '.') + 1, picture_kind_name(file->head.kind), 2) == 0)
        return true;
    if (!error)
        text_printf(why, "%s is a picture of another kind: name it .%s", path,
                    picture_kind_name(file->head.kind));
    else if (error == PICTURE_UNSAFE)
        text_printf(why, "%s contains %s, which a picture must not have", path, what);
    else if (error == PICTURE_NO_SIZE)
        text_printf(why, "%s is a picture without a size", path);
    else
        text_printf(why, "%s is not a PNG, JPEG, WebP or SVG picture", path);
    return false;
}

static bool check_text(const char *path, const struct product_file *file, struct text *why)
{
    if (plain_text_is_utf16(file->bytes, file->length))
        text_printf(why, "%s: " PLAIN_TEXT_UTF16, path);
    else if (!utf8_is_valid(file->bytes, file->length) || strlen(file->bytes) != file->length)
        text_printf(why, "%s is not UTF-8 text", path);
    else
        return true;
    return false;
}

static void drop_mark(struct product_file *file)
{
    size_t mark = utf8_mark_length(file->bytes, file->length);

    file->length -= mark;
    memmove(file->bytes, file->bytes + mark, file->length + 1);
}

static bool read_contents(const char *path, struct product_file *file, struct text *why)
{
    int error = file_read(path, parts[file->part].limit, &file->bytes, &file->length);

    if (error) {
        excerpt_add_path(path, error, why);
        if (error == EFBIG)
            text_printf(why, ": such a file has at most %s", parts[file->part].limit_name);
        else
            text_printf(why, ": %s", strerror(error));
        return false;
    }
    if (is_picture(file->part))
        return check_picture(path, file, why);
    drop_mark(file);
    return check_text(path, file, why);
}

static void file_fini(struct product_file *file)
{
    free(file->name);
    free(file->language);
    free(file->bytes);
}

static bool is_second(const struct product_folder *folder, const struct product_file *file)
{
    for (size_t i = 0; i < folder->count; i++)
        if (folder->files[i].part == file->part && strcasecmp(folder->files[i].language, file->language) == 0)
            return true;
    return false;
}

static bool add_file(struct product_folder *folder, const char *path, const char *name, struct text *why)
{
    struct product_file file = {.name = memory_string(name)};
    TEXT struct text whole = TEXT_EMPTY;
    bool fine = false;

    text_printf(&whole, "%s/%s", path, name);
    if (!parse_name(name, &file))
        text_printf(why,
                    "%s is no file of a product, such as picture.png, label.jpg, instructions.de.txt, "
                    "network.txt, consent.txt, marketing.txt or words.de.txt",
                    text_get(&whole));
    else if (is_second(folder, &file))
        text_printf(why, "%s is a second file for the same", text_get(&whole));
    else if (folder->count == PRODUCT_FILES_MAX)
        text_printf(why, "%s has more than %d files", path, PRODUCT_FILES_MAX);
    else
        fine = read_contents(text_get(&whole), &file, why);
    if (!fine) {
        file_fini(&file);
        return false;
    }
    folder->files = memory_grow(folder->files, folder->count + 1, sizeof file);
    folder->files[folder->count++] = file;
    return true;
}

static int is_shown(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static bool add_files(struct product_folder *folder, const char *path, struct text *why)
{
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, is_shown, alphasort);
    bool fine = count >= 0;

    if (!fine)
        text_printf(why, "%s: %s", path, strerror(errno));
    for (int i = 0; i < count; i++) {
        fine = fine && add_file(folder, path, entries[i]->d_name, why);
        free(entries[i]);
    }
    free(entries);
    return fine;
}

struct product_folder *product_folder_load(const char *path, const char *language, struct text *why)
{
    struct product_folder *folder = memory_new(1, sizeof *folder);

    folder->language = language;
    if (!*path || add_files(folder, path, why))
        return folder;
    product_folder_free(folder);
    return NULL;
}

void product_folder_free(struct product_folder *folder)
{
    if (!folder)
        return;
    for (size_t i = 0; i < folder->count; i++)
        file_fini(&folder->files[i]);
    free(folder->files);
    free(folder);
}

static const struct product_file *find_exactly(const struct product_folder *folder, enum product_part part,
                                               const char *language, size_t length)
{
    for (size_t i = 0; i < folder->count; i++) {
        const struct product_file *file = &folder->files[i];
        if (file->part == part && strlen(file->language) == length &&
            strncasecmp(file->language, language, length) == 0)
            return file;
    }
    return NULL;
}

/* The files that may be meant, best first. */
#define CHOICES 4
static void find_all(const struct product_folder *folder, enum product_part part, const char *language,
                     const struct product_file *out[CHOICES])
{
    out[0] = find_exactly(folder, part, language, strlen(language));
    out[1] = find_exactly(folder, part, language, strcspn(language, "-"));
    out[2] = find_exactly(folder, part, "", 0);
    out[3] = find_exactly(folder, part, folder->language, strlen(folder->language));
}

const struct product_file *product_folder_find(const struct product_folder *folder, enum product_part part,
                                               const char *language)
{
    const struct product_file *found[CHOICES];

    find_all(folder, part, language, found);
    for (size_t i = 0; i < CHOICES; i++)
        if (found[i])
            return found[i];
    return NULL;
}

static bool word_of(const struct product_file *file, const char *key, const char **word, size_t *length)
{
    struct lines lines = lines_of(file->bytes, file->length);
    const char *line;
    size_t line_length;

    while (lines_next(&lines, &line, &line_length)) {
        const char *equals = memchr(line, '=', line_length);
        const char *name = line;
        if (!equals)
            continue;
        size_t name_length = plain_text_trim(&name, (size_t)(equals - line));
        if (name_length != strlen(key) || memcmp(name, key, name_length) != 0)
            continue;
        *word = equals + 1;
        *length = plain_text_trim(word, line_length - (size_t)(equals + 1 - line));
        return *length > 0;
    }
    return false;
}

bool product_folder_word(const struct product_folder *folder, const char *language, const char *key,
                         const char **word, size_t *length)
{
    const struct product_file *found[CHOICES];

    find_all(folder, PRODUCT_WORDS, language, found);
    for (size_t i = 0; i < CHOICES; i++)
        if (found[i] && word_of(found[i], key, word, length))
            return true;
    return false;
}
