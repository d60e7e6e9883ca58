/* SPDX-License-Identifier: Apache-2.0 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/config.h"
#include "base/log.h"
#include "claim/mqtt.h"
#include "server/app.h"
#include "server/healthcheck.h"
#include "server/operator/operator.h"
#include "server/settings.h"

static const char usage[] =
    "Usage: expresslink-portal [--config FILE] [--check-config | --print-config | --document-config |\n"
    "                          --healthcheck]\n"
    "       expresslink-portal COMMAND [--config FILE] ...\n"
    "\n"
    "The registration portal: people enter the identifier of an ExpressLink product, and the\n"
    "product moves from its staging account to the OEM account.\n"
    "\n"
    "  --config FILE      read this INI file; every key can also be given as an environment\n"
    "                     variable PORTAL_<SECTION>_<KEY>, or as ..._FILE naming a file with it\n"
    "  --check-config     say what is wrong with the configuration, and exit\n"
    "  --print-config     print the configuration as it is understood, secrets hidden, and exit\n"
    "  --document-config  print all keys as a Markdown table, and exit\n"
    "  --healthcheck      ask the portal that runs with this configuration whether it is alive\n"
    "  --version          print the version, and exit\n"
    "  --help             print this, and exit\n"
    "\n"
    "Commands, for operators; each tells more with --help:\n"
    "\n";

static const char usage_end[] =
    "\n"
    "SIGTERM and SIGINT end it in good order: requests under way are answered first.\n"
    "Exit status: 0 ended as asked, 1 what was checked is not sound, 64 wrong arguments, 69 cannot start or "
    "is not alive,\n"
    "78 wrong configuration.\n";

enum mode { MODE_SERVE, MODE_CHECK, MODE_PRINT, MODE_DOCUMENT, MODE_HEALTHCHECK, MODE_OPERATE };

struct arguments {
    enum mode mode;
    struct operation operation; /* its config_path is there for all modes */
};

static void print_usage(void)
{
    fputs(usage, stdout);
    operator_help(stdout);
    fputs(usage_end, stdout);
}

static void __attribute__((noreturn)) refuse(const char *argument)
{
    if (argument)
        fprintf(stderr, "expresslink-portal: %s is not understood\n", argument);
    fputs("Try expresslink-portal --help\n", stderr);
    exit(EXIT_USAGE);
}

static void parse_arguments(int count, char **values, struct arguments *out)
{
    static const struct option options[] = {
        {"config", required_argument, NULL, 'c'}, {"check-config", no_argument, NULL, 'k'},
        {"print-config", no_argument, NULL, 'p'}, {"document-config", no_argument, NULL, 'd'},
        {"healthcheck", no_argument, NULL, 'a'},  {"version", no_argument, NULL, 'v'},
        {"help", no_argument, NULL, 'h'},         {NULL, 0, NULL, 0},
    };
    int option;

    while ((option = getopt_long(count, values, "+c:hv", options, NULL)) != -1) {
        switch (option) {
        case 'c':
            out->operation.config_path = optarg;
            break;
        case 'k':
            out->mode = MODE_CHECK;
            break;
        case 'p':
            out->mode = MODE_PRINT;
            break;
        case 'd':
            out->mode = MODE_DOCUMENT;
            break;
        case 'a':
            out->mode = MODE_HEALTHCHECK;
            break;
        case 'v':
            puts("expresslink-portal " EXPRESSLINK_VERSION);
            exit(0);
        case 'h':
            print_usage();
            exit(0);
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

/* As many connections as the system lets us have. */
static void raise_file_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

/* Before any thread: all of them inherit the mask, so that only the main thread is told to end. */
static void prepare_signals(sigset_t *endings)
{
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file size limit is to be an error of write(2), not the end */
    sigemptyset(endings);
    sigaddset(endings, SIGTERM);
    sigaddset(endings, SIGINT);
    pthread_sigmask(SIG_BLOCK, endings, NULL);
}

/* SIGTERM or SIGINT has come: they are blocked, and wait for sigwait(). */
static bool is_asked_to_end(void)
{
    sigset_t pending;

    return sigpending(&pending) == 0 &&
           (sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1);
}

static int serve(const struct settings *settings)
{
    TEXT struct text why = TEXT_EMPTY;
    sigset_t endings;
    int signal_number;

    log_setup(settings->log_level, settings->log_format);
    umask(077); /* the store holds personal data */
    prepare_signals(&endings);
    raise_file_limit();
    mqtt_library_init();
    struct app *app = app_start(settings, is_asked_to_end, &why);
    if (!app) {
        log_event(LOG_ERROR, "portal.cannot_start", "reason", text_get(&why), NULL);
        return EXIT_CANNOT;
    }
    log_event(LOG_INFO, "portal.started", "version", EXPRESSLINK_VERSION, NULL);
    sigwait(&endings, &signal_number);
    log_event(LOG_INFO, "portal.stopping", NULL);
    pthread_sigmask(SIG_UNBLOCK, &endings, NULL); /* a second one ends it at once */
    app_stop(app);
    log_event(LOG_INFO, "portal.stopped", NULL);
    return 0;
}

static int ask_whether_alive(const struct settings *settings)
{
    TEXT struct text why = TEXT_EMPTY;

    if (healthcheck(settings->admin_listen, &why))
        return 0;
    fprintf(stderr, "expresslink-portal: %s\n", text_get(&why));
    return EXIT_CANNOT;
}

static int run(struct config *config, const struct arguments *arguments)
{
    struct settings settings;
    bool loaded = config_load(config, arguments->operation.config_path, environ);
    /* After errors too: all there are is to be told at once. */
    bool fine = settings_load(config, &settings);
    int status = EXIT_CONFIG;

    if (!loaded || !fine) {
        print_errors(config);
        settings_fini(&settings);
        return status;
    }
    if (arguments->mode == MODE_SERVE)
        status = serve(&settings);
    else if (arguments->mode == MODE_HEALTHCHECK)
        status = ask_whether_alive(&settings);
    else if (arguments->mode == MODE_OPERATE)
        status = operator_run(&settings, &arguments->operation);
    else
        status = 0;
    if (arguments->mode == MODE_CHECK)
        puts("The configuration is fine.");
    if (arguments->mode == MODE_PRINT)
        config_print(config, stdout);
    settings_fini(&settings);
    return status;
}

int main(int count, char **values)
{
    struct config_table tables[SETTINGS_TABLES];
    struct arguments arguments = {0};

    parse_arguments(count, values, &arguments);
    settings_tables(tables);
    if (arguments.mode == MODE_DOCUMENT) {
        config_document(tables, SETTINGS_TABLES, "PORTAL", stdout);
        return 0;
    }
    struct config *config = config_new(tables, SETTINGS_TABLES, "PORTAL", true);
    int status = run(config, &arguments);
    config_free(config);
    return status;
}
