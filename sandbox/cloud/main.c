/* SPDX-License-Identifier: Apache-2.0 */
/* expresslink-cloud: simulates the parts of AWS IoT, IAM and STS that set up an account, and the parts of AWS
 * IoT Wireless and S3 that import Sidewalk devices. */
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/log.h"
#include "base/number.h"
#include "sandbox/cloud/services.h"

#define FLUSH_MS 100

static const char usage[] =
    "Usage: expresslink-cloud --state FOLDER [OPTION]...\n"
    "\n"
    "Simulates AWS on this machine: the parts of IoT, IAM and STS that set up an account,\n"
    "and the parts of IoT Wireless and S3 that import Sidewalk devices. Prints its address\n"
    "when it is ready, and logs to standard error, one JSON object per line.\n"
    "sandbox/README.md describes its controls.\n"
    "\n"
    "  --state FOLDER      where to keep the state; created if missing\n"
    "  --listen ADDRESS    (127.0.0.1:0, a free port)\n"
    "  --access-key KEY    the key that must sign requests (sandbox)\n"
    "  --secret-key KEY    its secret (sandbox)\n"
    "  --session-token T   the token that requests must have; without it they must have none\n"
    "  --bucket NAME       a bucket that exists from the start (sandbox-imports)\n"
    "  --iot-endpoint ADDR address of the account's broker (iot:Data-ATS)\n"
    "  --iot-ca CERT,KEY   files of the CA that signs the account's own certificates "
    "(a new one in FOLDER)\n"
    "  --journal FILE      what the account's broker writes, for rules and connectivity\n"
    "  --events-queue NAME a queue that exists from the start, with the rules that fill it\n"
    "  --apid ID           the ApId of its device profiles (eXpL)\n"
    "  --pace MS           duration of each state that waits for nothing else (1000)\n"
    "  --speed FACTOR      simulated seconds per second (1)\n"
    "  --help              print this, and exit\n";

struct settings {
    struct cloud_options cloud;
    const char *listen;
};

static void wrong_usage(const char *what)
{
    fprintf(stderr, "expresslink-cloud: %s\nTry expresslink-cloud --help\n", what);
    exit(64);
}

static double number(const char *option, const char *text, double least, double most)
{
    double value = 0;

    if (!number_parse_decimal(text, least, most, &value))
        wrong_usage(option);
    return value;
}

static void take_option(struct settings *settings, int option)
{
    struct cloud_options *cloud = &settings->cloud;

    if (option == 's')
        cloud->state = optarg;
    else if (option == 'l')
        settings->listen = optarg;
    else if (option == 'k')
        cloud->access_key = optarg;
    else if (option == 'K')
        cloud->secret_key = optarg;
    else if (option == 't')
        cloud->session_token = optarg;
    else if (option == 'b')
        cloud->bucket = optarg;
    else if (option == 'a')
        cloud->apid = optarg;
    else if (option == 'e')
        cloud->iot_endpoint = optarg;
    else if (option == 'c')
        cloud->iot_ca = optarg;
    else if (option == 'j')
        cloud->journal = optarg;
    else if (option == 'q')
        cloud->events_queue = optarg;
    else if (option == 'p')
        cloud->pace_ms = (long)number("--pace needs 1 to 3600000 milliseconds", optarg, 1, 3600000);
    else if (option == 'S')
        cloud->speed = number("--speed needs a number from 0.001 to 1000000", optarg, 0.001, 1000000);
    else if (option == 'h')
        exit(fputs(usage, stdout) < 0);
    else
        wrong_usage("unknown option, or an option without its value");
}

static void read_settings(int argc, char **argv, struct settings *settings)
{
    static const struct option options[] = {
        {"state", required_argument, NULL, 's'},
        {"listen", required_argument, NULL, 'l'},
        {"access-key", required_argument, NULL, 'k'},
        {"secret-key", required_argument, NULL, 'K'},
        {"session-token", required_argument, NULL, 't'},
        {"bucket", required_argument, NULL, 'b'},
        {"apid", required_argument, NULL, 'a'},
        {"iot-endpoint", required_argument, NULL, 'e'},
        {"iot-ca", required_argument, NULL, 'c'},
        {"journal", required_argument, NULL, 'j'},
        {"events-queue", required_argument, NULL, 'q'},
        {"pace", required_argument, NULL, 'p'},
        {"speed", required_argument, NULL, 'S'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;

    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1)
        take_option(settings, option);
    if (optind < argc || !settings->cloud.state)
        wrong_usage("--state is missing, or there is an unexpected argument");
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

static void wait_for_signal(int signals, struct cloud *cloud)
{
    struct pollfd came = {signals, POLLIN, 0};

    while (poll(&came, 1, FLUSH_MS) <= 0)
        cloud_flush(cloud);
}

int main(int argc, char **argv)
{
    struct settings settings = {
        .listen = "127.0.0.1:0",
        .cloud = {.access_key = "sandbox",
                  .secret_key = "sandbox",
                  .bucket = "sandbox-imports",
                  .apid = "eXpL",
                  .pace_ms = 1000,
                  .speed = 1},
    };
    TEXT struct text why = TEXT_EMPTY;
    struct cloud cloud;

    read_settings(argc, argv, &settings);
    log_setup(LOG_INFO, LOG_JSON);
    int signals = signals_as_file();
    const struct cloud_handler handler = cloud_handler(&cloud);
    bool open = cloud_open(&cloud, &settings.cloud, &why);
    struct listener *listener = open ? listener_start(settings.listen, &handler, &why) : NULL;
    if (listener) {
        printf("http://%s\n", listener_address(listener));
        fflush(stdout);
        wait_for_signal(signals, &cloud);
    } else {
        fprintf(stderr, "expresslink-cloud: %s\n", text_get(&why));
    }
    if (listener)
        cloud_end_waits(&cloud);
    listener_stop(listener);
    cloud_close(&cloud);
    close(signals);
    return listener ? 0 : 1;
}
