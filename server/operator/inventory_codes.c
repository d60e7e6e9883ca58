/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/excerpt.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/number.h"
#include "base/random.h"
#include "server/operator/inventory.h"
#include "server/store/inventory_list.h"

#define KEY_DIGITS 64
#define CODES_MAX 100000000LL

int operator_inventory_new_key(const struct settings *settings, const struct operation *operation)
{
    char key[KEY_DIGITS + 2];
    TEXT struct text why = TEXT_EMPTY;

    (void)settings;
    random_hex(key, KEY_DIGITS);
    key[KEY_DIGITS] = '\n';
    int error = file_create(operation->file, key, KEY_DIGITS + 1, 0600);
    memset(key, 0, sizeof key);
    if (!error) {
        printf("%s: a new key. Set [inventory] code_key_file to it, and keep a copy in a safe place.\n",
               operation->file);
        return 0;
    }
    excerpt_add_path(operation->file, error, &why);
    text_printf(&why, ": %s", strerror(error));
    return operator_fail(text_get(&why));
}

static void make_code(char out[CODE_MADE_SIZE])
{
    unsigned char random[11];

    do
        random_bytes(random, sizeof random);
    while (!code_make(random, out));
}

static void print_code_of(void *context, const struct inventory_row *row, unsigned long long line)
{
    char code[CODE_MADE_SIZE];

    (void)context;
    (void)line;
    make_code(code);
    printf("%s,%s\n", row->thing_name, code);
}

static void tell_bad(void *context, unsigned long long line, const char *column, const char *why)
{
    (*(unsigned long long *)context)++;
    fprintf(stderr, "expresslink-portal: line %llu: %s%s%s\n", line, column ? column : "", column ? ": " : "",
            why);
}

static int print_list(FILE *file)
{
    OWNED char *piece = memory_new(1 << 16, 1);
    unsigned long long bad = 0;
    const struct inventory_list_options options = {.only_names = true};
    const struct inventory_list_events events = {&bad, print_code_of, tell_bad, NULL};
    struct inventory_list *list = inventory_list_new(&options, &events);
    size_t length;

    puts("thing_name,code");
    while ((length = fread(piece, 1, 1 << 16, file)) > 0)
        inventory_list_feed(list, piece, length);
    inventory_list_end(list);
    inventory_list_free(list);
    return ferror(file) ? operator_fail("the list cannot be read") : bad ? EXIT_CHECK : 0;
}

int operator_inventory_make_codes(const struct settings *settings, const struct operation *operation)
{
    char code[CODE_MADE_SIZE];
    long long count;
    TEXT struct text why = TEXT_EMPTY;

    (void)settings;
    if (number_parse(operation->file, 1, CODES_MAX, &count)) {
        for (; count > 0; count--) {
            make_code(code);
            puts(code);
        }
        return 0;
    }
    bool is_input = strcmp(operation->file, "-") == 0;
    FILE *file = is_input ? stdin : fopen(operation->file, "re");
    if (!file) {
        excerpt_add_path(operation->file, errno, &why);
        text_printf(&why, ": %s", strerror(errno));
        return operator_fail(text_get(&why));
    }
    int status = print_list(file);
    if (!is_input)
        fclose(file);
    return status;
}
