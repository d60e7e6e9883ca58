/* SPDX-License-Identifier: Apache-2.0 */
#include "server/operator/operation.h"

#include <stdlib.h>
#include <string.h>

#include "base/command_help.h"
#include "base/command_options.h"

int operator_fail(const char *why)
{
    fprintf(stderr, "expresslink-portal: %s\n", why);
    return EXIT_CANNOT;
}

static void __attribute__((noreturn)) refuse(const struct command_page *page)
{
    fprintf(stderr, "Usage: %s %s\n", page->name, page->synopsis);
    exit(EXIT_USAGE);
}

static size_t find(const struct subcommands *commands, const char *name)
{
    for (size_t i = 0; i < commands->count; i++)
        if (strcmp(commands->list[i].name, name) == 0)
            return i;
    fprintf(stderr, "expresslink-portal: unknown command: %s\nFor help, run: %s --help\n", name,
            commands->program);
    exit(EXIT_USAGE);
}

static void take_option(int option, const struct command_page *page, struct operation *out)
{
    switch (option) {
    case 'c':
        out->config_path = optarg;
        break;
    case 'h':
        exit(command_help(page));
    case 'f':
        out->force = true;
        break;
    case 'y':
        out->verify = true;
        break;
    case 'e':
        out->email = optarg;
        break;
    case 't':
        out->token = optarg;
        break;
    case 'r':
        out->replace = true;
        break;
    case 'n':
        out->dry_run = true;
        break;
    case 's':
        out->strict = true;
        break;
    case 'j':
        out->json = true;
        break;
    case 'w':
        out->reason = optarg;
        break;
    default:
        refuse(page);
    }
}

void operation_parse(const struct subcommands *commands, const struct operator_command *among, int count,
                     char **values, struct operation *out)
{
    size_t found = find(commands, values[0]);
    const struct command_page *page = commands->list[found].page;
    struct command_options options;
    int option;

    out->command = &among[found];
    command_options_init(page, "", &options);
    while ((option = command_options_next(&options, count, values)) != -1)
        take_option(option, page, out);
    if (count - optind != (out->command->takes_file ? 1 : 0))
        refuse(page);
    if (out->command->takes_file)
        out->file = values[optind];
    if (out->command->takes_person && !out->email == !out->token)
        refuse(page);
    if (out->command->takes_reason && !out->reason)
        refuse(page);
}
