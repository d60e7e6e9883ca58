/* SPDX-License-Identifier: Apache-2.0 */
/* expresslink-cloud: AWS IoT, IAM and STS, as far as an account is set up with them, and AWS IoT Wireless and
 * S3, as far as an import of Sidewalk devices needs them, on this machine. */
#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/log.h"
#include "sandbox/cloud/services.h"

#define FLUSH_MS 200

static const char usage[] = "Usage: expresslink-cloud --state FOLDER [OPTION]...\n"
                            "\n"
                            "AWS on this machine: IoT, IAM and STS, as far as an account is set up "
                            "with them, and IoT Wireless\n"
                            "and S3, as far as an import of Sidewalk devices needs them. Prints its "
                            "address when it is ready; what happens stands on standard error, a JSON object "
                            "a line. Its switches are\n"
                            "described in sandbox/README.md.\n"
                            "\n"
                            "  --state FOLDER       what it remembers; made where it is not there\n"
                            "  --listen ADDRESS     (127.0.0.1:0, a free port)\n"
                            "  --access-key KEY     what requests must be signed with (sandbox)\n"
                            "  --secret-key KEY     (sandbox)\n"
                            "  --session-token T    requests must have it; without it they must have none\n"
                            "  --bucket NAME        a bucket that is there from the start (sandbox-imports)\n"
                            "  --iot-endpoint ADDR  of the account's broker (iot:Data-ATS)\n"
                            "  --iot-ca CERT,KEY    two files: who signs the certificates that AWS IoT makes "
                            "(made in FOLDER)\n"
                            "  --apid ID            the product of its device profiles (eXpL)\n"
                            "  --pace MS            how long each state lasts that waits for nobody (1000)\n"
                            "  --speed FACTOR       simulated seconds in a second (1)\n"
                            "  --help               print this, and exit\n";

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
    char *end = NULL;

    errno = 0;
    double value = strtod(text, &end);
    if (errno || end == text || *end || !(value >= least && value <= most))
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
    else if (option == 'p')
        cloud->pace_ms = (long)number("--pace wants 1 to 3600000 milliseconds", optarg, 1, 3600000);
    else if (option == 'S')
        cloud->speed = number("--speed wants a number from 0.001 to 1000000", optarg, 0.001, 1000000);
    else if (option == 'h')
        exit(fputs(usage, stdout) < 0);
    else
        wrong_usage("these arguments are not understood");
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
        {"pace", required_argument, NULL, 'p'},
        {"speed", required_argument, NULL, 'S'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    int option;

    while ((option = getopt_long(argc, argv, "h", options, NULL)) != -1)
        take_option(settings, option);
    if (optind < argc || !settings->cloud.state)
        wrong_usage("--state is wanted, and nothing beside options");
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
    listener_stop(listener);
    cloud_close(&cloud);
    close(signals);
    return listener ? 0 : 1;
}
