/* SPDX-License-Identifier: Apache-2.0 */
/* expresslink-module: simulates ExpressLink modules, from one to thousands. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/memory.h"
#include "base/number.h"
#include "claim/mqtt.h"
#include "sandbox/birth_authority.h"
#include "sandbox/control.h"
#include "sandbox/module_fleet.h"
#include "sandbox/module_report.h"

#define DERIVED_NAME_LENGTH 32 /* hex digits: 128 bits (PG 12.1.3.1) */
#define THING_NAME_MAX 64

static const char usage[] =
    "usage: expresslink-module --certificates DIR --folder DIR [option...]\n"
    "\n"
    "Simulates ExpressLink modules. Prints events as JSON lines. Reads commands, one per line, from "
    "standard\n"
    "input and from the control socket: on, off, reset, status (each with a thing name or for all), list.\n"
    "\n"
    "  --certificates DIR      the folder that certificates.sh made\n"
    "  --folder DIR            the folder for the modules' birth certificates and endpoints\n"
    "  --thing NAME            a module with that ThingName; may be given several times\n"
    "  --count N               N more modules, named with 32 hex digits, the same at each start\n"
    "  --prefix TEXT           the prefix of those names\n"
    "  --staging-address A     the factory default of Endpoint (127.0.0.1)\n"
    "  --port N                port of every endpoint (8883)\n"
    "  --manufacturer NAME     the CA of the birth certificates: a file in --certificates (manufacturer-ca)\n"
    "  --control PATH          Unix socket for commands\n"
    "  --telemetry TOPIC       where onboarded modules publish; ${thing} stands for the ThingName\n"
    "  --off                   start switched off\n"
    "  --pace N                number of first connections per second (200)\n"
    "  --backoff MIN,MAX       milliseconds between attempts to connect (250,10000)\n";

struct settings {
    struct module_options module;
    char *ca_file, *key_file; /* owned */
    const char *certificates;
    const char *manufacturer;
    const char *prefix;
    const char *control;
    char **things; /* owned, with their names */
    size_t thing_count;
    long count;
    long pace;
    bool off;
};

static void die(const char *what, const char *why)
{
    fprintf(stderr, "expresslink-module: %s%s%s\n", what, why ? ": " : "", why ? why : "");
    exit(2);
}

static long number(const char *option, const char *text, long low, long high)
{
    long long value;

    if (!number_parse(text, low, high, &value))
        die(option, "not a valid number");
    return (long)value;
}

static void take_backoff(struct settings *settings, char *text)
{
    char *comma = strchr(text, ',');

    if (!comma)
        die("--backoff", "needs MIN,MAX");
    *comma = '\0';
    settings->module.backoff_min_ms = number("--backoff", text, 1, 3600000);
    settings->module.backoff_max_ms =
        number("--backoff", comma + 1, settings->module.backoff_min_ms, 3600000);
}

static void add_thing(struct settings *settings, const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    size_t length = strlen(name);

    if (length == 0 || length > THING_NAME_MAX || strspn(name, allowed) != length)
        die("--thing", "a name has 1 to 64 letters, digits, - and _");
    settings->things = memory_grow(settings->things, settings->thing_count + 1, sizeof *settings->things);
    settings->things[settings->thing_count++] = memory_string(name);
}

static const struct option long_options[] = {
    {"certificates", required_argument, NULL, 'C'},
    {"folder", required_argument, NULL, 'f'},
    {"thing", required_argument, NULL, 't'},
    {"count", required_argument, NULL, 'n'},
    {"prefix", required_argument, NULL, 'x'},
    {"staging-address", required_argument, NULL, 's'},
    {"port", required_argument, NULL, 'p'},
    {"manufacturer", required_argument, NULL, 'm'},
    {"control", required_argument, NULL, 'c'},
    {"telemetry", required_argument, NULL, 'T'},
    {"off", no_argument, NULL, 'o'},
    {"pace", required_argument, NULL, 'P'},
    {"backoff", required_argument, NULL, 'b'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static void take_option(struct settings *settings, int option)
{
    switch (option) {
    case 'C':
        settings->certificates = optarg;
        break;
    case 'f':
        settings->module.folder = optarg;
        break;
    case 't':
        add_thing(settings, optarg);
        break;
    case 'n':
        settings->count = number("--count", optarg, 1, 100000);
        break;
    case 'x':
        settings->prefix = optarg;
        break;
    case 's':
        settings->module.staging_address = optarg;
        break;
    case 'p':
        settings->module.port = (int)number("--port", optarg, 1, 65535);
        break;
    case 'm':
        settings->manufacturer = optarg;
        break;
    case 'c':
        settings->control = optarg;
        break;
    case 'T':
        settings->module.telemetry = optarg;
        break;
    case 'o':
        settings->off = true;
        break;
    case 'P':
        settings->pace = number("--pace", optarg, 1, 1000000);
        break;
    case 'b':
        take_backoff(settings, optarg);
        break;
    case 'h':
        fputs(usage, stdout);
        exit(0);
    default:
        fputs(usage, stderr);
        exit(2);
    }
}

static char *path_of(const char *folder, const char *name, const char *suffix)
{
    struct text path = TEXT_EMPTY;

    text_printf(&path, "%s/%s%s", folder, name, suffix);
    return text_take(&path);
}

/* Returns a name that is not sequential, as PG 12.1.3.1 requires, and the same at every start. */
static char *derived_name(const char *prefix, long index)
{
    TEXT struct text seed = TEXT_EMPTY;
    struct text name = TEXT_EMPTY;
    char digest[DIGEST_SIZE];

    text_printf(&seed, "%s:%ld", prefix, index);
    digest_sha256(seed.data, seed.length, digest);
    text_printf(&name, "%s%s", prefix, digest);
    name.data[DERIVED_NAME_LENGTH] = '\0';
    return text_take(&name);
}

static void read_settings(int argc, char **argv, struct settings *settings)
{
    int option;

    *settings = (struct settings){
        .module = {.staging_address = "127.0.0.1",
                   .port = 8883,
                   .backoff_min_ms = 250,
                   .backoff_max_ms = 10000},
        .manufacturer = "manufacturer-ca",
        .prefix = "",
        .pace = 200,
    };
    while ((option = getopt_long(argc, argv, "h", long_options, NULL)) >= 0)
        take_option(settings, option);
    if (optind < argc || !settings->certificates || !settings->module.folder)
        take_option(settings, '?');
    if (strlen(settings->prefix) > DERIVED_NAME_LENGTH / 2)
        die("--prefix", "at most 16 characters");
    for (long i = 0; i < settings->count; i++) {
        OWNED char *name = derived_name(settings->prefix, i);
        add_thing(settings, name);
    }
    if (settings->thing_count == 0)
        die("no modules", "give --thing or --count");
    settings->module.ca_file = settings->ca_file = path_of(settings->certificates, "server-ca", ".pem");
    settings->module.key_file = settings->key_file = path_of(settings->certificates, "module", ".key");
}

static void settings_fini(struct settings *settings)
{
    for (size_t i = 0; i < settings->thing_count; i++)
        free(settings->things[i]);
    free(settings->things);
    free(settings->ca_file);
    free(settings->key_file);
}

static void make_birth_certificates(const struct settings *settings)
{
    OWNED char *ca_file = path_of(settings->certificates, settings->manufacturer, ".pem");
    OWNED char *ca_key_file = path_of(settings->certificates, settings->manufacturer, ".key");

    if (mkdir(settings->module.folder, 0700) != 0 && errno != EEXIST)
        die(settings->module.folder, strerror(errno));
    struct birth_authority *authority = birth_authority_open(ca_file, ca_key_file, settings->module.key_file);
    if (!authority)
        die(ca_file, "cannot be used with its key and module.key");
    for (size_t i = 0; i < settings->thing_count; i++) {
        OWNED char *path = path_of(settings->module.folder, settings->things[i], ".pem");
        if (!birth_authority_ensure_certificate(authority, settings->things[i], path))
            die(path, "cannot be written");
    }
    birth_authority_close(authority);
}

/* Each connection needs a descriptor; a thousand are more than the usual limit. */
static void raise_descriptor_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static int signals_as_file(void)
{
    sigset_t signals;

    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    sigprocmask(SIG_BLOCK, &signals, NULL);
    return signalfd(-1, &signals, SFD_CLOEXEC);
}

static void answer(void *context, char *line, struct text *reply)
{
    fleet_command(context, line, reply);
    report_flush();
}

static void run(struct fleet *fleet, struct mailbox *mailbox, struct control *control, int signals)
{
    struct pollfd polled[CONTROL_POLL_MAX + 2] = {
        {.fd = signals, .events = POLLIN},
        {.fd = mailbox_fd(mailbox), .events = POLLIN},
    };

    while (!polled[0].revents) {
        int timeout = fleet_run(fleet);
        report_flush();
        size_t count = control_poll(control, polled + 2);
        if (poll(polled, count + 2, timeout) > 0)
            control_take(control, polled + 2, count);
    }
}

int main(int argc, char **argv)
{
    struct settings settings;

    read_settings(argc, argv, &settings);
    int signals = signals_as_file();
    raise_descriptor_limit();
    mqtt_library_init();
    make_birth_certificates(&settings);

    struct mailbox *mailbox = mailbox_new();
    if (!mailbox)
        die("eventfd", strerror(errno));
    struct fleet *fleet = fleet_new(&settings.module, mailbox, 1000000 / settings.pace);
    for (size_t i = 0; i < settings.thing_count; i++)
        fleet_add(fleet, settings.things[i]);
    struct control *control = control_new(settings.control, answer, fleet);
    if (!control)
        die(settings.control, strerror(errno));
    if (!settings.off)
        fleet_switch_on(fleet);

    run(fleet, mailbox, control, signals);

    control_free(control);
    fleet_free(fleet);
    mailbox_free(mailbox);
    settings_fini(&settings);
    report_flush();
    return 0;
}
