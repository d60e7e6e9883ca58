/* SPDX-License-Identifier: Apache-2.0 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/command_options.h"
#include "base/config.h"
#include "base/core_dump.h"
#include "base/log.h"
#include "base/standard_output.h"
#include "base/subcommand.h"
#include "claim/connection_files.h"
#include "claim/mqtt.h"
#include "ownership/product_settings.h"
#include "server/app.h"
#include "server/healthcheck.h"
#include "server/operator/operator.h"
#include "server/portal/product_proofs.h"
#include "server/process_limits.h"
#include "server/settings.h"
#include "server/start_check.h"

/* Above every letter: without a short form. */
enum { CHECK_CONFIG = 256, PRINT_CONFIG, DOCUMENT_CONFIG, HEALTHCHECK };

static const struct command_option page_options[] = {
    {"config", 'c', "FILE",
     "read this INI file; every key can also be set by an environment variable PORTAL_<SECTION>_<KEY>, or by "
     "..._FILE, which names a file with the value"},
    {"check-config", CHECK_CONFIG, NULL, "check the configuration, report all mistakes, and exit"},
    {"print-config", PRINT_CONFIG, NULL, "print the configuration in force, with secrets hidden, and exit"},
    {"document-config", DOCUMENT_CONFIG, NULL, "print all configuration keys as a Markdown table, and exit"},
    {"healthcheck", HEALTHCHECK, NULL, "check whether the portal with this configuration is alive, and exit"},
    {"version", 'v', NULL, "print the version, and exit"},
};

static const struct command_page page = {
    .name = "expresslink-portal",
    .synopsis = "[--config FILE] [--check-config | --print-config | --document-config | --healthcheck]\n"
                "COMMAND [--config FILE] ...",
    .about = "The registration portal. People enter the device ID of an ExpressLink product on a web page, "
             "and the portal moves the product from its staging account to the OEM account.",
    .options = page_options,
    .option_count = sizeof page_options / sizeof *page_options,
    .notes =
        "After SIGTERM or SIGINT the portal answers the requests in flight, then stops. After SIGHUP it "
        "connects to the accounts again, with the certificates as they are then. Replaced certificates are "
        "noticed without it.",
    .exit_status = "0 success, 1 a check failed, 64 wrong arguments, 69 the portal cannot start or is not "
                   "alive, or a command failed, 78 wrong configuration",
};

static const struct subcommands program = {
    .program = "expresslink-portal",
    .about = "Registration portal for products with an ExpressLink module.",
    .list = operator_commands,
    .count = OPERATOR_COMMANDS,
    .page = &page,
    .section = 8,
};

enum mode { MODE_SERVE, MODE_CHECK, MODE_PRINT, MODE_DOCUMENT, MODE_HEALTHCHECK, MODE_OPERATE };

struct arguments {
    enum mode mode;
    struct operation operation; /* its config_path is used in all modes */
};

static void __attribute__((noreturn)) refuse(const char *argument)
{
    if (argument)
        fprintf(stderr, "expresslink-portal: unexpected argument: %s\n", argument);
    fputs("For help, run: expresslink-portal --help\n", stderr);
    exit(EXIT_USAGE);
}

static void parse_arguments(int count, char **values, struct arguments *out)
{
    struct command_options options;
    int option;

    command_options_init(&page, "+", &options);
    while ((option = command_options_next(&options, count, values)) != -1) {
        switch (option) {
        case 'c':
            out->operation.config_path = optarg;
            break;
        case CHECK_CONFIG:
            out->mode = MODE_CHECK;
            break;
        case PRINT_CONFIG:
            out->mode = MODE_PRINT;
            break;
        case DOCUMENT_CONFIG:
            out->mode = MODE_DOCUMENT;
            break;
        case HEALTHCHECK:
            out->mode = MODE_HEALTHCHECK;
            break;
        case 'v':
            puts("expresslink-portal " EXPRESSLINK_VERSION);
            exit(standard_output_end(program.program, 0));
        case 'h':
            exit(subcommands_help(&program));
        default:
            refuse(NULL);
        }
    }
    if (optind == count)
        return;
    if (out->mode != MODE_SERVE)
        refuse(values[optind]);
    out->mode = MODE_OPERATE;
    operator_parse(count - optind, values + optind, &out->operation);
}

static void print_errors(const struct config *config)
{
    for (size_t i = 0; i < config_error_count(config); i++)
        fprintf(stderr, "%s\n", config_error(config, i));
}

/* Call before threads start: they inherit the mask, so that only the main thread receives these signals.
 * Others that would end the process are ignored: none is sent to it on purpose. */
static void prepare_signals(sigset_t *handled)
{
    static const int ignored[] = {
        SIGPIPE,   SIGUSR1, SIGUSR2, SIGALRM,
        SIGVTALRM, SIGPROF, SIGXFSZ /* make a file size limit an error of write(2) */};

    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        signal(ignored[i], SIG_IGN);
    sigemptyset(handled);
    sigaddset(handled, SIGTERM);
    sigaddset(handled, SIGINT);
    sigaddset(handled, SIGHUP);
    pthread_sigmask(SIG_BLOCK, handled, NULL);
}

/* Returns when SIGTERM or SIGINT arrives. */
static void wait_for_stop(struct app *app, const sigset_t *handled)
{
    int number = 0;

    while (sigwait(handled, &number) != 0 || number == SIGHUP) {
        if (number != SIGHUP)
            continue;
        log_event(LOG_INFO, "portal.reload_requested", NULL);
        app_reload(app);
    }
}

/* True if SIGTERM or SIGINT has arrived. They are blocked, and stay pending for sigwait(). */
static bool is_stop_requested(void)
{
    sigset_t pending;

    return sigpending(&pending) == 0 &&
           (sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1);
}

static int serve(const struct settings *settings)
{
    TEXT struct text why = TEXT_EMPTY;
    sigset_t handled;

    umask(077); /* the store holds personal data */
    prepare_signals(&handled);
    process_limits_prepare();
    mqtt_library_init();
    struct app *app = app_start(settings, is_stop_requested, &why);
    if (!app) {
        log_event(LOG_ERROR, "portal.start_failed", "reason", text_get(&why), NULL);
        return EXIT_CANNOT;
    }
    log_event(LOG_INFO, "portal.started", "version", EXPRESSLINK_VERSION, NULL);
    wait_for_stop(app, &handled);
    log_event(LOG_INFO, "portal.stop_requested", NULL);
    pthread_sigmask(SIG_UNBLOCK, &handled, NULL); /* a second signal ends the process at once */
    app_stop(app);
    log_event(LOG_INFO, "portal.stopped", NULL);
    return 0;
}

static int check_health(const struct settings *settings)
{
    TEXT struct text why = TEXT_EMPTY;

    if (healthcheck(settings->admin_listen, &why))
        return 0;
    fprintf(stderr, "expresslink-portal: %s\n", text_get(&why));
    return EXIT_CANNOT;
}

/* Commands for operators, and the health check, do not connect to the accounts. */
static bool needs_accounts(const struct arguments *arguments)
{
    return arguments->mode != MODE_OPERATE && arguments->mode != MODE_HEALTHCHECK;
}

static void print_place(void *context, const char *sentence)
{
    fprintf(stderr, "expresslink-portal: %s\n", sentence);
    *(bool *)context = true;
}

static void print_warning(void *context, const char *sentence)
{
    (void)context;
    fprintf(stderr, "expresslink-portal: warning: %s\n", sentence);
}

static void log_place(void *context, const char *sentence)
{
    log_event(LOG_ERROR, "portal.start_failed", "reason", sentence, NULL);
    *(bool *)context = true;
}

/* What only the start would find, or what would only be found later, all in one go; fine: there is no mistake
 * yet. False: there is one now, which was told or is among the config's errors. */
static bool check_start(struct config *config, const struct settings *settings, bool starts, bool fine)
{
    bool lacks = false;

    start_check_files(config, settings, starts && fine);
    start_check_places(settings, !starts, starts ? log_place : print_place, &lacks);
    if (!starts) /* app_start() logs them */
        connection_files_exposed(&settings->claim, print_warning, NULL);
    return !lacks && config_error_count(config) == 0;
}

/* The staging accounts, for their forms of thing names, and products. Mistakes in them are not this command's
 * business: the certificates may be where only the running service sees them. The caller frees the result
 * after *out. */
static struct config *load_names(const char *path, struct settings *out)
{
    struct config_table tables[SETTINGS_TABLES];

    settings_tables(tables);
    struct config *config = config_new(tables, SETTINGS_TABLES, "PORTAL", true);
    config_load(config, path, environ);
    claim_settings_load_partly(config, &out->claim);
    product_settings_load(config, out->language, &out->claim, &out->products);
    return config;
}

static int run(struct config *config, const struct arguments *arguments)
{
    struct settings settings;
    bool loaded = config_load(config, arguments->operation.config_path, environ);
    /* Also after errors, so that all of them are reported together. */
    bool fine =
        needs_accounts(arguments) ? settings_load(config, &settings) : settings_load_own(config, &settings);
    int status = EXIT_CONFIG;
    bool starts = arguments->mode == MODE_SERVE;
    if (starts)
        log_setup(settings.log_level, settings.log_format);
    bool ready = loaded && fine;
    if ((starts || arguments->mode == MODE_CHECK) && config_is_read(config))
        ready = check_start(config, &settings, starts, ready) && ready;

    if (!ready) {
        status = starts && loaded && fine ? EXIT_CANNOT : EXIT_CONFIG;
        print_errors(config);
        settings_fini(&settings);
        return status;
    }
    struct config *names = NULL;
    if (arguments->mode == MODE_OPERATE && arguments->operation.command->reads_names)
        names = load_names(arguments->operation.config_path, &settings);
    struct owners_rules rules = product_proofs(&settings.products);
    settings.store.owners = &rules;
    if (arguments->mode == MODE_SERVE)
        status = serve(&settings);
    else if (arguments->mode == MODE_HEALTHCHECK)
        status = check_health(&settings);
    else if (arguments->mode == MODE_OPERATE)
        status = operator_run(&settings, &arguments->operation);
    else
        status = 0;
    if (arguments->mode == MODE_CHECK)
        puts("The configuration is valid.");
    if (arguments->mode == MODE_PRINT)
        config_print(config, stdout);
    settings_fini(&settings);
    config_free(names);
    return status;
}

int main(int count, char **values)
{
    struct config_table tables[SETTINGS_TABLES];
    struct arguments arguments = {0};

    core_dump_forbid();
    signal(SIGPIPE, SIG_IGN);
    int status = subcommands_run_builtin(&program, count, values);
    if (status >= 0)
        return status;
    parse_arguments(count, values, &arguments);
    settings_tables(tables);
    if (arguments.mode == MODE_DOCUMENT) {
        config_document(tables, SETTINGS_TABLES, "PORTAL", stdout);
        return standard_output_end(program.program, 0);
    }
    if (arguments.mode == MODE_OPERATE && arguments.operation.command->without_config)
        return standard_output_end(program.program, operator_run(NULL, &arguments.operation));
    bool accounts = needs_accounts(&arguments);
    struct config *config = config_new(tables, accounts ? SETTINGS_TABLES : 1, "PORTAL", accounts);
    status = run(config, &arguments);
    config_free(config);
    return standard_output_end(program.program, status);
}
