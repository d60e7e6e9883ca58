/* SPDX-License-Identifier: Apache-2.0 */
#include "base/subcommand.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/terminal.h"

#define USAGE 64

static void print_usage(FILE *out, const struct subcommands *commands)
{
    size_t width = 0;

    for (size_t i = 0; i < commands->count; i++)
        width = strlen(commands->list[i].name) > width ? strlen(commands->list[i].name) : width;
    fprintf(out, "Usage: %s COMMAND ...\n\n%s\n\n", commands->program, commands->about);
    for (size_t i = 0; i < commands->count; i++)
        fprintf(out, "  %-*s  %s\n", (int)width, commands->list[i].name, commands->list[i].help);
    fprintf(out, "\n%s COMMAND --help shows its options; --version prints the version.\n", commands->program);
}

int subcommands_run(const struct subcommands *commands, int count, char **values)
{
    signal(SIGPIPE, SIG_IGN);
    if (count < 2) {
        print_usage(stderr, commands);
        return USAGE;
    }
    if (strcmp(values[1], "--help") == 0 || strcmp(values[1], "-h") == 0) {
        print_usage(stdout, commands);
        return 0;
    }
    if (strcmp(values[1], "--version") == 0) {
        printf("%s %s\n", commands->program, EXPRESSLINK_VERSION);
        return 0;
    }
    for (size_t i = 0; i < commands->count; i++)
        if (strcmp(values[1], commands->list[i].name) == 0)
            return commands->list[i].run(count - 1, values + 1);
    fprintf(stderr, "%s: there is no command %s\nTry %s --help\n", commands->program, values[1],
            commands->program);
    return USAGE;
}

int subcommand_usage_error(const char *program, const char *subcommand, const char *what, const char *value)
{
    TEXT struct text lines = TEXT_EMPTY;

    text_printf(&lines, "%s: ", program);
    terminal_add(what, &lines);
    terminal_add(value, &lines);
    text_printf(&lines, "\nTry %s %s --help\n", program, subcommand);
    fputs(text_get(&lines), stderr);
    return USAGE;
}
