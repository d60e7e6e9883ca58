/* SPDX-License-Identifier: Apache-2.0 */
#include "command/account_register_setup.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/terminal.h"
#include "command/account_register_report.h"
#include "command/command.h"

static void print_step(const char *mark, const struct setup_step *step)
{
    TEXT struct text line = TEXT_EMPTY;

    terminal_add(step->name, &line);
    if (step->detail[0] != '\0') {
        text_puts(&line, ": ");
        terminal_add(step->detail, &line);
    }
    printf("  %-7s %-12s %s\n", mark, step->kind, line.data);
}

static void show(void *context, const struct setup_step *step)
{
    (void)context;
    print_step(setup_action_name(step->action), step);
}

static void show_done(void *context, const struct setup_step *step)
{
    (void)context;
    print_step("done", step);
    fflush(stdout);
}

/* COMMAND_DONE: go on. */
static int ask(const struct register_arguments *arguments, size_t changes)
{
    char answer[16] = "";

    if (arguments->yes)
        return COMMAND_DONE;
    if (isatty(STDIN_FILENO) != 1) {
        register_complain("nothing is changed without somebody to ask: add --yes, or --dry-run to look only");
        return COMMAND_USAGE;
    }
    printf("\nMake %s %zu change%s? [y/N] ", changes == 1 ? "this" : "these", changes,
           changes == 1 ? "" : "s");
    fflush(stdout);
    if (fgets(answer, sizeof answer, stdin) != NULL && (answer[0] == 'y' || answer[0] == 'Y'))
        return COMMAND_DONE;
    puts("Nothing was changed.");
    return COMMAND_NOT_REGISTERED;
}

static int carry_out(const struct register_arguments *arguments, struct setup *setup, bool *done)
{
    TEXT struct text why = TEXT_EMPTY;
    size_t changes = setup_changes(setup);

    if (arguments->dry_run || changes == 0) {
        puts(changes > 0 ? "\nNothing was changed." : "\nThere is nothing to change.");
        *done = !arguments->dry_run;
        return COMMAND_DONE;
    }
    int status = ask(arguments, changes);
    if (status != COMMAND_DONE)
        return status;
    puts("");
    enum aws_error error = setup_apply(setup, show_done, NULL, &why);
    if (error != AWS_OK)
        return register_failed(error, "the account is not as wanted yet; the same command goes on from here",
                               text_get(&why));
    *done = true;
    return COMMAND_DONE;
}

int register_set_up(const struct register_arguments *arguments, const struct oem_account *account,
                    const struct setup_options *options, bool *done)
{
    TEXT struct text why = TEXT_EMPTY;
    struct setup *setup = NULL;

    *done = false;
    printf("AWS account %s, region %s:\n", account->id, aws_session_region(account->session));
    enum aws_error error = setup_plan(account, options, show, NULL, &setup, &why);
    int status = error == AWS_OK ? carry_out(arguments, setup, done)
                                 : register_failed(error, "nothing was changed", text_get(&why));
    setup_free(setup);
    return status;
}

struct setup_options register_setup_options(const struct register_arguments *arguments)
{
    return (struct setup_options){
        .name = arguments->name,
        .provisioning = {.thing_name_field = arguments->name_field,
                         .thing_type = arguments->thing_type,
                         .thing_groups = arguments->groups,
                         .attributes = arguments->attributes},
    };
}
