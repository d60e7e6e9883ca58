/* SPDX-License-Identifier: Apache-2.0 */
/* sidewalk-import check: compares a list with control logs. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/interrupt.h"
#include "base/memory.h"
#include "sidewalk/command/batch_profile.h"
#include "sidewalk/command/check.h"
#include "sidewalk/command/common.h"

static const struct command_option page_options[] = {
    {"csv", 'c', "FILE",
     "the list: a first row smsn, then one serial number (64 hex digits) per row; - is standard input"},
    {"control-log", 'l', "FILE",
     "a control log (JSON), or a folder with control logs; may be given several times"},
    {"apid", 'i', "ID", "the ApId that every entry must have; default: the one that most have"},
    {"verify-signatures", 'v', NULL,
     "also verify the signatures of the devices' own certificates (those above are always verified). "
     "Takes about 0.2 milliseconds per device"},
    {"root", 'r', "FILE",
     "the chains must end in Amazon's Sidewalk root, whose public keys this file has: lines ed25519 HEX and "
     "p256r1 HEX, from SID_PAL_MFG_STORE_AMZN_PUB_ED25519 and ..._P256R1 of the Amazon Sidewalk SDK. They "
     "are "
     "not built in"},
    {"allow-test", 't', NULL, "devices for tests (label preproduction or test) are no mistake"},
    {"differences", 'd', "FILE", "write every finding to this file, as CSV"},
    {"corrected", 'C', "FILE",
     "write a corrected list: base64 converted to hex, duplicates and malformed rows left out"},
    {"all", 'a', NULL, "show all findings, not only the first ones of each kind"},
    {"profile", 'p', "ID",
     "read this device profile from AWS: it must have factory support, and its ApId is the one that "
     "every entry must have"},
    COMMON_OPTIONS,
};

const struct command_page check_command_page = {
    .name = "sidewalk-import check",
    .synopsis = "--csv FILE --control-log FILE... [OPTION]...",
    .about = "Checks that the list of serial numbers and the factory's control logs agree. Reads both "
             "once, in bounded memory; control logs may have gigabytes. Sends nothing of them "
             "anywhere.",
    .options = page_options,
    .option_count = sizeof page_options / sizeof *page_options,
    .exit_status = "0 an import may start, 1 it may not, 64 wrong arguments, 66 a file cannot be "
                   "read, 69 AWS cannot be reached or refuses, 73 a file cannot be written, 77 no "
                   "permission, 130 interrupted",
};

struct arguments {
    struct common common;
    struct check_options check;
    const char *profile, *root;
    struct root_keys roots;
    const char **logs; /* owned */
};

static int usage_error(const char *what, const char *value)
{
    const struct common common = {.command = "check"};

    return common_usage_error(&common, what, value);
}

/* Returns less than 0 to continue, otherwise the exit status. */
static int take_option(struct arguments *out, int option)
{
    struct check_options *check = &out->check;

    switch (option) {
    case 'c':
        check->list = optarg;
        return -1;
    case 'l':
        out->logs[check->log_count++] = optarg;
        return -1;
    case 'i':
        check->apid = optarg;
        return optarg[0] != '\0' && strlen(optarg) < sizeof((struct reconciliation *)0)->apid
                   ? -1
                   : usage_error("--apid needs 1 to 64 characters, not ", optarg);
    case 'v':
        check->verify_signatures = true;
        return -1;
    case 'r':
        out->root = optarg;
        return -1;
    case 't':
        check->allow_test = true;
        return -1;
    case 'd':
        check->differences = optarg;
        return -1;
    case 'C':
        check->corrected = optarg;
        return -1;
    case 'a':
        check->all = true;
        return -1;
    case 'p':
        out->profile = optarg;
        return -1;
    case 'h':
        return command_help(&check_command_page);
    case 1: /* an argument that is not an option */
        return usage_error("unexpected argument: ", optarg);
    default:
        if (!common_take(&out->common, option, optarg))
            return usage_error("unknown option, or an option without its value", "");
        check->form = out->common.json ? CHECK_JSON : CHECK_TABLE;
        return -1;
    }
}

/* Returns true also for links and other names of the same file. */
static bool is_same_file(const char *one, const char *other)
{
    struct stat first, second;

    if (strcmp(one, other) == 0)
        return true;
    return stat(one, &first) == 0 && stat(other, &second) == 0 && first.st_dev == second.st_dev &&
           first.st_ino == second.st_ino;
}

/* Returns true if the output would replace an input. */
static bool is_input(const struct check_options *check, const char *output)
{
    if (output == NULL)
        return false;
    for (size_t i = 0; i < check->log_count; i++)
        if (is_same_file(check->logs[i], output))
            return true;
    return is_same_file(check->list, output);
}

static int look_over(const struct check_options *check)
{
    if (check->list == NULL)
        return usage_error("--csv FILE is missing", "");
    if (check->log_count == 0)
        return usage_error("--control-log FILE is missing", "");
    if (is_input(check, check->corrected))
        return usage_error("--corrected would overwrite an input file: ", check->corrected);
    if (is_input(check, check->differences))
        return usage_error("--differences would overwrite an input file: ", check->differences);
    if (check->corrected != NULL && check->differences != NULL &&
        is_same_file(check->corrected, check->differences))
        return usage_error("--corrected and --differences are the same file: ", check->corrected);
    return -1;
}

static int parse_arguments(int count, char **values, struct arguments *out)
{
    struct command_options options;
    int option, status = -1;

    command_options_init(&check_command_page, "-", &options);
    while (status < 0 && (option = command_options_next(&options, count, values)) != -1) {
        if (option == 1 && out->check.log_count > 0) /* for `--control-log *.json` */
            option = 'l';
        status = take_option(out, option);
    }
    if (status < 0 && optind < count)
        status = usage_error("unexpected argument", "");
    out->check.logs = out->logs;
    return status < 0 ? look_over(&out->check) : status;
}

static void tell_profile(const struct arguments *arguments, const struct batch_profile *batch,
                         unsigned long long devices)
{
    TEXT struct text words = TEXT_EMPTY;

    batch_profile_words(batch, arguments->check.apid, &words);
    common_complain("device profile %s: %s", arguments->profile, text_get(&words));
    if (batch_profile_is_short(batch, devices))
        common_complain("the allowed signatures are fewer than the list's devices (a warning)");
}

static int run_with_profile(struct arguments *arguments)
{
    struct aws_session *session = common_session(&arguments->common);
    struct batch_profile batch = {0};
    struct reconciliation result = {0};

    if (session == NULL)
        return COMMAND_NO_PERMISSION;
    int status =
        batch_profile_ask(&arguments->common, session, arguments->profile, arguments->check.apid, &batch);
    aws_session_free(session);
    if (status != COMMAND_DONE)
        return status;
    struct check_options check = arguments->check;
    if (batch.certificate != NULL)
        check.apid = batch.certificate->apid;
    status = (int)check_run(&check, &result);
    if (status == COMMAND_DONE || status == COMMAND_FAILED)
        tell_profile(arguments, &batch, result.rows);
    if (status == COMMAND_DONE && batch.certificate == NULL)
        status = COMMAND_FAILED;
    batch_profile_fini(&batch);
    return status;
}

int check_command(int count, char **values)
{
    OWNED const char **logs = memory_new((size_t)count, sizeof *logs);
    struct arguments arguments = {
        .common = {.command = values[0], .aws = {.interrupted = &interrupt_received}},
        .logs = logs,
    };
    struct reconciliation result;
    int status = parse_arguments(count, values, &arguments);

    if (status >= 0)
        return status;
    if (arguments.root != NULL && !common_read_roots(arguments.root, &arguments.roots))
        return COMMAND_NO_INPUT;
    arguments.check.roots = arguments.root != NULL ? &arguments.roots : NULL;
    interrupt_catch();
    if (arguments.profile != NULL)
        return run_with_profile(&arguments);
    return (int)check_run(&arguments.check, &result);
}
