/* SPDX-License-Identifier: Apache-2.0 */
/* sidewalk-batch: makes the list of serial numbers and the control log of a simulated batch of Sidewalk
 * devices. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/number.h"
#include "sandbox/factory.h"
#include "sandbox/factory_file.h"

#define DEVICES_MAX 100000000

static const char usage[] =
    "Usage: sidewalk-batch [OPTION]... FOLDER\n"
    "\n"
    "Writes FOLDER/devices.csv and a matching control log, with devices that have real certificate\n"
    "chains, signed by a throw-away HSM. For tests and training.\n"
    "\n"
    "  --devices N    number of devices (1000)\n"
    "  --seed TEXT    source of all keys and serial numbers (sandbox): the same seed and ApId give the\n"
    "                 same devices\n"
    "  --apid ID      the product: advertisedProductId (eXpL)\n"
    "  --form FORM    one: FOLDER/control-log.json, indented (default)\n"
    "                 lines: the same, one line per device\n"
    "                 each: FOLDER/control-logs/SMSN.json, one file per device, as the factory's tool writes "
    "them\n"
    "  --fast         all devices have the same keys; each certificate still has its own signature\n"
    "  --threads N    number of threads (one per processor)\n"
    "  --help         print this, and exit\n"
    "\n"
    "Exit status: 0 written, 1 not written, 64 wrong arguments.\n";

static bool make_folder(const char *path)
{
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return true;
    factory_complain(path, strerror(errno));
    return false;
}

__attribute__((noreturn)) static void usage_error(const char *what, const char *value)
{
    fprintf(stderr, "sidewalk-batch: %s%s\nTry sidewalk-batch --help\n", what, value);
    exit(64);
}

static long number(const char *option, const char *text, long most)
{
    long long value;

    if (!number_parse(text, 1, most, &value))
        usage_error(option, text);
    return (long)value;
}

static void take_form(struct factory_settings *settings, const char *form)
{
    settings->each = strcmp(form, "each") == 0;
    if (strcmp(form, "lines") == 0)
        settings->layout = &factory_log_lines;
    else if (settings->each || strcmp(form, "one") == 0)
        settings->layout = &factory_log_indented;
    else
        usage_error("--form needs one, lines or each, not ", form);
}

/* The ApId goes into JSON unescaped. */
static const char *checked_apid(const char *apid)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

    if (!*apid || strlen(apid) > 64 || apid[strspn(apid, allowed)] != '\0')
        usage_error("--apid needs 1 to 64 letters, digits, - and _, not ", apid);
    return apid;
}

static void read_settings(int argc, char **argv, struct factory_settings *settings)
{
    static const struct option options[] = {
        {"devices", required_argument, NULL, 'n'}, {"seed", required_argument, NULL, 's'},
        {"apid", required_argument, NULL, 'a'},    {"form", required_argument, NULL, 'f'},
        {"fast", no_argument, NULL, 'F'},          {"threads", required_argument, NULL, 't'},
        {"help", no_argument, NULL, 'h'},          {NULL, 0, NULL, 0},
    };
    int option;

    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1) {
        if (option == 'n')
            settings->devices =
                (unsigned long long)number("--devices needs 1 to 100000000, not ", optarg, DEVICES_MAX);
        else if (option == 's')
            settings->seed = optarg;
        else if (option == 'a')
            settings->apid = checked_apid(optarg);
        else if (option == 'f')
            take_form(settings, optarg);
        else if (option == 'F')
            settings->fast = true;
        else if (option == 't')
            settings->threads = number("--threads needs 1 to 16, not ", optarg, FACTORY_THREADS_MAX);
        else if (option == 'h')
            exit(fputs(usage, stdout) < 0);
        else
            usage_error("unknown option, or an option without its value", "");
    }
    if (argc - optind != 1)
        usage_error("give exactly one FOLDER", "");
    settings->folder = argv[optind];
}

int main(int argc, char **argv)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    struct factory_settings settings = {
        .seed = "sandbox",
        .apid = "eXpL",
        .layout = &factory_log_indented,
        .devices = 1000,
        .threads = processors < 1                     ? 1
                   : processors > FACTORY_THREADS_MAX ? FACTORY_THREADS_MAX
                                                      : processors,
    };

    read_settings(argc, argv, &settings);
    if (!make_folder(settings.folder))
        return 1;
    OWNED char *logs = factory_path(settings.folder, "control-logs");
    if (settings.each && !make_folder(logs))
        return 1;
    return factory_write(&settings) ? 0 : 1;
}
