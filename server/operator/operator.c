/* SPDX-License-Identifier: Apache-2.0 */
#include "server/operator/operator.h"

#include <ctype.h>
#include <getopt.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/interrupt.h"

enum accepts { FILE_NAME = 1, FORCE = 2, VERIFY = 4, EMAIL = 8, TOKEN = 16 };

struct operator_command {
    const char *name;
    int (*run)(const struct settings *, const struct operation *);
    unsigned accepts;
    const char *usage; /* its own arguments */
    const char *about; /* one line, for --help */
    const char *help;  /* more lines, for COMMAND --help */
};

static const struct operator_command commands[] = {
    {"migrate", operator_migrate, 0, "", "upgrade the database to the schema of this version",
     "The portal does the same when it starts. Two successive versions can share a database during an "
     "upgrade.\n"},
    {"backup", operator_backup, FILE_NAME | FORCE, " FILE [--force]",
     "write a consistent, verified copy of the database (SQLite)",
     "The portal may run at the same time. Use the portal's user, or root.\n\n"
     "  --force        replace FILE if it exists\n"},
    {"restore", operator_restore, FILE_NAME | VERIFY, " FILE [--verify]",
     "verify a backup and replace the database with it (SQLite)",
     "Stop the portal first. The replaced database is kept beside the new one.\n\n"
     "  --verify       only verify FILE; exit status 1 if it is damaged or not a backup\n"},
    {"erase", operator_erase, EMAIL | TOKEN, " --email ADDRESS | --token TOKEN",
     "erase a person's registrations",
     "If a portal uses the SQLite file, the command asks that portal on [http] admin_listen.\n\n"
     "  --email ADDRESS  erase all registrations with this address; case is ignored\n"
     "  --token TOKEN    erase the registration with this token\n"},
};

#define COMMAND_COUNT (sizeof commands / sizeof *commands)

void operator_help(FILE *out)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(out, "  %-17s  %s\n", commands[i].name, commands[i].about);
}

int operator_fail(const char *why)
{
    fprintf(stderr, "expresslink-portal: %s\n", why);
    return EXIT_CANNOT;
}

static void print_help(const struct operator_command *command)
{
    printf(
        "Usage: expresslink-portal %s%s [--config FILE]\n\n%c%s.\n\n%s\n"
        "Exit status: 0 success, 1 a check failed, 64 wrong arguments, 69 failed, 78 wrong configuration.\n",
        command->name, command->usage, toupper((unsigned char)command->about[0]), command->about + 1,
        command->help);
}

static void __attribute__((noreturn)) refuse(const struct operator_command *command)
{
    fprintf(stderr, "Usage: expresslink-portal %s%s [--config FILE]\n", command->name, command->usage);
    exit(EXIT_USAGE);
}

static const struct operator_command *find(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    fprintf(stderr, "expresslink-portal: unknown command: %s\nFor help, run: expresslink-portal --help\n",
            name);
    exit(EXIT_USAGE);
}

static unsigned take_option(int option, struct operation *out)
{
    switch (option) {
    case 'c':
        out->config_path = optarg;
        return 0;
    case 'h':
        print_help(out->command);
        exit(0);
    case 'f':
        out->force = true;
        return FORCE;
    case 'y':
        out->verify = true;
        return VERIFY;
    case 'e':
        out->email = optarg;
        return EMAIL;
    case 't':
        out->token = optarg;
        return TOKEN;
    default:
        refuse(out->command);
    }
}

void operator_parse(int count, char **values, struct operation *out)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'},
        {"help", no_argument, NULL, 'h'},
        {"force", no_argument, NULL, 'f'},
        {"verify", no_argument, NULL, 'y'},
        {"email", required_argument, NULL, 'e'},
        {"token", required_argument, NULL, 't'},
        {NULL, 0, NULL, 0},
    };
    unsigned taken = 0;
    int option;

    out->command = find(values[0]);
    optind = 0; /* restart getopt(3) */
    while ((option = getopt_long(count, values, "c:h", options, NULL)) != -1)
        taken |= take_option(option, out);
    int files = (out->command->accepts & FILE_NAME) != 0;
    if ((taken & ~out->command->accepts) || count - optind != files)
        refuse(out->command);
    if (files)
        out->file = values[optind];
    if ((out->command->accepts & EMAIL) && !out->email == !out->token)
        refuse(out->command);
}

int operator_run(const struct settings *settings, const struct operation *operation)
{
    log_setup(settings->log_level, settings->log_format);
    umask(077); /* the store holds personal data */
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    interrupt_catch();
    return operation->command->run(settings, operation);
}
