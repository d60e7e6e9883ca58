/* SPDX-License-Identifier: Apache-2.0 */
/* An OEM's own catalogue, page and partial, separated by NULs: all loads or one error says why, and a page
 * that loads shows no value unescaped. */
#include <fcntl.h>
#include <unistd.h>

#include "server/page/catalogue.h"
#include "server/page/template.h"
#include "server/page/template_source.h"
#include "tests/fuzz/fuzz.h"

#define EVIL "<evil a=\"'\">"

static char folder[] = "/dev/shm/fuzz_template.XXXXXX"; /* in memory: a run is three files */
static const char *const files[] = {"messages.en.json", "page.mustache", "part.mustache"};
static char paths[3][64];

static void remove_folder(void)
{
    for (int i = 0; i < 3; i++)
        unlink(paths[i]);
    rmdir(folder);
}

static void make_folder(void)
{
    MUST(mkdtemp(folder) != NULL);
    for (int i = 0; i < 3; i++)
        snprintf(paths[i], sizeof paths[i], "%s/%s", folder, files[i]);
    atexit(remove_folder);
}

static void write_file(const char *path, const void *bytes, size_t length)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    MUST(fd >= 0);
    MUST(write(fd, bytes, length) == (ssize_t)length);
    close(fd);
}

static void render(const char *source)
{
    static const struct template_value row[] = {{"text", EVIL, NULL}, {NULL, NULL, NULL}};
    static const struct template_value *const two[] = {row, row, NULL}, *const none[] = {NULL};
    static const struct template_value values[] = {{"text", EVIL, NULL},
                                                   {"rows", NULL, two},
                                                   {"none", NULL, none},
                                                   {"absent", NULL, NULL},
                                                   {NULL, NULL, NULL}};
    TEXT struct text first = TEXT_EMPTY;
    TEXT struct text second = TEXT_EMPTY;
    char *error = NULL;
    struct page_template *page = template_new(source, &error);

    if (!page) {
        MUST(error && *error);
        free(error);
        return;
    }
    template_render(page, values, &first);
    template_render(page, values, &second); /* rendering changes nothing */
    MUST(strcmp(text_get(&first), text_get(&second)) == 0);
    MUST(strstr(source, "<evil") || !strstr(text_get(&first), "<evil"));
    template_free(page);
}

static void check(void)
{
    TEXT struct text source = TEXT_EMPTY;
    char *error = NULL;
    struct catalogue *catalogue = catalogue_load(paths[0], "en", "wifi", &error);

    if (!catalogue) {
        MUST(error && *error);
        free(error);
        return;
    }
    MUST(catalogue_agree(catalogue, catalogue, &error));
    TEXT struct text sentence = TEXT_EMPTY;
    catalogue_format(catalogue, "a", (const struct catalogue_value[]){{"text", "{text}"}, {NULL, NULL}},
                     &sentence);
    if (template_source_load(folder, "page", catalogue, "text rows none absent ", &source, &error)) {
        render(text_get(&source));
    } else {
        MUST(error && *error);
        free(error);
    }
    catalogue_free(catalogue);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t *end = data + size;

    if (!paths[0][0])
        make_folder();
    for (int i = 0; i < 3; i++) {
        const uint8_t *stop = i < 2 && data < end ? memchr(data, 0, (size_t)(end - data)) : NULL;
        write_file(paths[i], data, (size_t)((stop ? stop : end) - data));
        data = stop ? stop + 1 : end;
    }
    check();
    return 0;
}
