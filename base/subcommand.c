/* SPDX-License-Identifier: Apache-2.0 */
#include "base/subcommand.h"

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/completion.h"
#include "base/manual.h"
#include "base/standard_output.h"
#include "base/terminal.h"

#define USAGE 64

static const struct subcommand *find(const struct subcommands *commands, const char *name)
{
    for (size_t i = 0; i < commands->count; i++)
        if (strcmp(name, commands->list[i].name) == 0)
            return &commands->list[i];
    return NULL;
}

/* Whether it is a program, not a subcommand that has subcommands. */
static bool is_program(const struct subcommands *commands)
{
    return strchr(commands->program, ' ') == NULL;
}

static void add_list(const struct subcommands *commands, struct text *out)
{
    command_help_list(commands, out);
    text_printf(out, "\n%s COMMAND --help shows its options.\n", commands->program);
    if (is_program(commands))
        text_printf(out,
                    "%s help COMMAND does the same; completion bash or\n"
                    "completion zsh prints a script that completes what is typed.\n"
                    "--version prints the version.\n",
                    commands->program);
}

int subcommands_help(const struct subcommands *commands)
{
    TEXT struct text help = TEXT_EMPTY;

    add_list(commands, &help);
    return standard_output_print(commands->program, &help);
}

static int unknown(const struct subcommands *commands, const char *name)
{
    TEXT struct text words = TEXT_EMPTY;

    text_printf(&words, "%s: there is no command ", commands->program);
    terminal_add(name, &words);
    text_printf(&words, "\nTry %s --help\n", commands->program);
    fputs(text_get(&words), stderr);
    return USAGE;
}

static int print_help_of_completion(const struct subcommands *commands)
{
    TEXT struct text name = TEXT_EMPTY, examples = TEXT_EMPTY, about = TEXT_EMPTY;

    text_printf(&name, "%s completion", commands->program);
    text_printf(&about, "Prints a script with which a shell completes the commands and options of %s.",
                commands->program);
    text_printf(&examples, "source <(%s completion bash)\nsource <(%s completion zsh)", commands->program,
                commands->program);
    return command_help(&(struct command_page){
        .name = text_get(&name),
        .synopsis = "bash|zsh",
        .about = text_get(&about),
        .notes = "For every new shell, add one of these lines to ~/.bashrc or ~/.zshrc. Packages install the "
                 "scripts "
                 "where bash and zsh look for them.",
        .examples = text_get(&examples),
        .exit_status = "0 printed, 64 wrong arguments, 74 standard output cannot be written to",
    });
}

static int print_help_of(const struct subcommands *commands, int count, char **names)
{
    const struct command_page *page = NULL;

    if (count == 1 && strcmp(names[0], "completion") == 0)
        return print_help_of_completion(commands);
    for (int i = 0; i < count; i++) {
        const struct subcommand *found = page ? NULL : find(commands, names[i]);
        if (!found)
            return unknown(commands, names[i]);
        page = found->page;
        commands = found->list ? found->list : commands;
    }
    return page ? command_help(page) : subcommands_help(commands);
}

static int print_completion(const struct subcommands *commands, int count, char **values)
{
    TEXT struct text script = TEXT_EMPTY;

    if (count == 3 && (strcmp(values[2], "--help") == 0 || strcmp(values[2], "-h") == 0))
        return print_help_of_completion(commands);
    if (count == 3 && completion_add(commands, values[2], &script))
        return standard_output_print(commands->program, &script);
    fprintf(stderr, "Usage: %s completion bash|zsh\n", commands->program);
    return USAGE;
}

int subcommands_run_builtin(const struct subcommands *commands, int count, char **values)
{
    TEXT struct text manual = TEXT_EMPTY;

    if (count < 2 || !is_program(commands))
        return -1;
    if (strcmp(values[1], "help") == 0)
        return print_help_of(commands, count - 2, values + 2);
    if (strcmp(values[1], "completion") == 0)
        return print_completion(commands, count, values);
    if (count > 2 || strcmp(values[1], "--document-man") != 0)
        return -1;
    manual_add(commands, &manual);
    return standard_output_print(commands->program, &manual);
}

int subcommands_run(const struct subcommands *commands, int count, char **values)
{
    signal(SIGPIPE, SIG_IGN);
    if (count < 2) {
        TEXT struct text list = TEXT_EMPTY;
        add_list(commands, &list);
        fputs(text_get(&list), stderr);
        return USAGE;
    }
    if (strcmp(values[1], "--help") == 0 || strcmp(values[1], "-h") == 0)
        return subcommands_help(commands);
    if (strcmp(values[1], "--version") == 0) {
        printf("%s %s\n", commands->program, EXPRESSLINK_VERSION);
        return standard_output_end(commands->program, 0);
    }
    int status = subcommands_run_builtin(commands, count, values);
    if (status >= 0)
        return status;
    const struct subcommand *found = find(commands, values[1]);
    if (!found)
        return unknown(commands, values[1]);
    status = found->run(count - 1, values + 1);
    return standard_output_end(commands->program, status);
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
