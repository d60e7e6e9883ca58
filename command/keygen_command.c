/* SPDX-License-Identifier: Apache-2.0 */
/* expresslink-claim keygen. Each file is created in one step and never overwritten. A file that exists is
 * kept if it belongs to the key, so an interrupted run can be repeated. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "account/keys/certificate.h"
#include "account/keys/private_key.h"
#include "account/keys/signing_request.h"
#include "base/file.h"
#include "base/number.h"
#include "base/standard_output.h"
#include "base/subcommand.h"
#include "command/command.h"
#include "command/keygen_report.h"

struct arguments {
    const char *directory, *name;
    bool observer, self_signed, json;
    int days;
};

enum option_key {
    OPTION_NAME = 256,
    OPTION_OBSERVER,
    OPTION_SELF_SIGNED,
    OPTION_DAYS,
    OPTION_JSON,
};

static const struct command_option page_options[] = {
    {"directory", 'C', "DIR", "the folder for the files (default: the current one)"},
    {"observer", OPTION_OBSERVER, NULL,
     "for the observer instead, which sees devices arrive in your own account"},
    {"name", OPTION_NAME, "NAME",
     "name of the files and in the request (default: claim-thing, portal-observer)"},
    {"self-signed", OPTION_SELF_SIGNED, NULL,
     "also create a self-signed certificate: for an AWS contact who accepts one, if you have no AWS "
     "account of your own"},
    {"days", OPTION_DAYS, "DAYS", "how long that certificate is valid, 1 to 36500 (default: 3650)"},
    {"json", OPTION_JSON, NULL, "print one JSON object instead of text"},
};

const struct command_page keygen_command_page = {
    .name = "expresslink-claim keygen",
    .synopsis = "[OPTION]...",
    .about = "Creates the claim-thing's private key and a signing request for it. Says what to send "
             "to AWS, what never to send, and what to do next. The key never leaves this machine.",
    .options = page_options,
    .option_count = sizeof page_options / sizeof *page_options,
    .notes = "NAME.key is the private key (P-256, readable by you only), NAME.csr the signing "
             "request, NAME.pem the certificate. Files are never overwritten: a second run keeps "
             "existing files and creates missing ones. For another key, choose another folder or "
             "name.",
    .examples = "mkdir -m 700 secrets && expresslink-claim keygen -C secrets\n"
                "expresslink-claim account certificate secrets/claim-thing.csr\n"
                "expresslink-claim keygen -C secrets --observer",
    .exit_status = "0 done, 64 wrong arguments, 65 an existing file has the wrong content, 73 a file "
                   "cannot be created, 74 the report cannot be written",
};

static int usage_error(const char *what, const char *value)
{
    return subcommand_usage_error("expresslink-claim", "keygen", what, value);
}

/* Whether the name is safe as a file name on any system and unquoted in a shell command. */
static bool is_name(const char *name)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-";
    size_t length = strlen(name);

    return length >= 1 && length <= 64 && strspn(name, allowed) == length && name[0] != '.' && name[0] != '-';
}

static int take_options(int count, char **values, struct arguments *out)
{
    struct command_options options;
    int option;

    command_options_init(&keygen_command_page, "", &options);
    while ((option = command_options_next(&options, count, values)) != -1) {
        if (option == 'C')
            out->directory = optarg;
        else if (option == OPTION_NAME && is_name(optarg))
            out->name = optarg;
        else if (option == OPTION_NAME)
            return usage_error("--name needs 1 to 64 letters, digits, dots, dashes and underscores, not ",
                               optarg);
        else if (option == OPTION_OBSERVER)
            out->observer = true;
        else if (option == OPTION_SELF_SIGNED)
            out->self_signed = true;
        else if (option == OPTION_DAYS && !number_parse_int(optarg, 1, 36500, &out->days))
            return usage_error("--days needs a number from 1 to 36500, not ", optarg);
        else if (option == OPTION_JSON)
            out->json = true;
        else if (option == 'h')
            return command_help(&keygen_command_page);
        else if (option == '?')
            return usage_error("unknown option, or an option without its value", "");
    }
    return optind == count ? -1 : usage_error("unexpected argument: ", values[optind]);
}

static int parse_arguments(int count, char **values, struct arguments *out)
{
    int status = take_options(count, values, out);

    if (status >= 0)
        return status;
    if (out->observer && out->self_signed)
        return usage_error(
            "--self-signed is only for a claim-thing: your AWS account makes the observer's certificate, "
            "with expresslink-claim account apply",
            "");
    if (out->days != 0 && !out->self_signed)
        return usage_error("--days is only for --self-signed: AWS decides how long its own certificates "
                           "are valid",
                           "");
    if (out->days == 0)
        out->days = 3650;
    if (out->name == NULL)
        out->name = out->observer ? "portal-observer" : "claim-thing";
    return -1;
}

static int complain(int status, const char *sentence)
{
    fprintf(stderr, "expresslink-claim: %s\n", sentence);
    return status;
}

static int check_directory(const char *path)
{
    TEXT struct text why = TEXT_EMPTY;
    struct stat folder;

    if (stat(path, &folder) != 0)
        text_printf(&why, "%s: %s%s%s", path, strerror(errno),
                    errno == ENOENT ? "; create it: mkdir -m 700 " : "", errno == ENOENT ? path : "");
    else if (!S_ISDIR(folder.st_mode))
        text_printf(&why, "%s: not a folder", path);
    return why.length == 0 ? COMMAND_DONE : complain(COMMAND_CANNOT_CREATE, text_get(&why));
}

static bool is_there(const struct keygen_file *file)
{
    struct stat status;

    return lstat(text_get(&file->path), &status) == 0;
}

static void name_file(const struct arguments *arguments, const char *ending, struct keygen_file *out)
{
    const char *directory = arguments->directory;

    if (strcmp(directory, ".") != 0)
        text_printf(&out->path, "%s%s", directory, directory[strlen(directory) - 1] == '/' ? "" : "/");
    text_printf(&out->path, "%s%s", arguments->name, ending);
}

/* Reports that the file belongs to another key, or has other content. */
static int not_of_this_key(const struct keygen_file *file, const struct keygen_outcome *outcome)
{
    TEXT struct text sentence = TEXT_EMPTY;

    text_printf(&sentence,
                "%s: exists, but belongs to another key than %s; move it away, or choose "
                "another --name",
                text_get(&file->path), text_get(&outcome->key.path));
    return complain(COMMAND_BAD_IDENTIFIER, text_get(&sentence));
}

/* A public file has the permissions that the user's umask allows, but its owner can always read it. */
static int write_public(struct keygen_file *file, const struct text *content)
{
    TEXT struct text sentence = TEXT_EMPTY;
    mode_t mask = umask(0);

    umask(mask);
    int error = file_create(text_get(&file->path), text_get(content), content->length, 0600 | (0044 & ~mask));
    if (error != 0) {
        text_printf(&sentence, "%s: cannot be written: %s", text_get(&file->path), strerror(error));
        return complain(COMMAND_CANNOT_CREATE, text_get(&sentence));
    }
    file->state = KEYGEN_MADE;
    return COMMAND_DONE;
}

static int keep_key(struct keygen_outcome *outcome, struct private_key **out)
{
    TEXT struct text why = TEXT_EMPTY;
    const char *path = text_get(&outcome->key.path);
    struct stat status;
    struct private_key *key = private_key_read(path, &why);

    if (key != NULL && !private_key_suits_aws(key)) {
        text_printf(&why,
                    "%s: AWS IoT accepts keys of P-256, P-384, P-521 and RSA from 2048 bits, but this is ",
                    path);
        private_key_words(key, &why);
        text_puts(&why, "; move it away, or choose another --name");
        private_key_free(key);
        key = NULL;
    }
    if (key == NULL)
        return complain(COMMAND_BAD_IDENTIFIER, text_get(&why));
    outcome->key_is_open = stat(path, &status) == 0 && (status.st_mode & 077) != 0;
    outcome->key.state = KEYGEN_KEPT;
    *out = key;
    return COMMAND_DONE;
}

/* The key is elsewhere or lost: a new one would not match the file. */
static int key_is_missing(const struct keygen_file *file, const struct keygen_outcome *outcome)
{
    TEXT struct text sentence = TEXT_EMPTY;

    text_printf(&sentence,
                "%s: exists, but its key does not; restore %s, move the file away, or choose "
                "another --name",
                text_get(&file->path), text_get(&outcome->key.path));
    return complain(COMMAND_BAD_IDENTIFIER, text_get(&sentence));
}

static int have_key(struct keygen_outcome *outcome, struct private_key **out)
{
    TEXT struct text why = TEXT_EMPTY;
    /* Looked for before the key: another process may be creating all of them now, in the order key,
     * request. */
    const struct keygen_file *alone = is_there(&outcome->request)       ? &outcome->request
                                      : is_there(&outcome->certificate) ? &outcome->certificate
                                                                        : NULL;

    if (is_there(&outcome->key))
        return keep_key(outcome, out);
    if (alone != NULL)
        return key_is_missing(alone, outcome);
    struct private_key *key = private_key_generate();
    if (!private_key_write(key, text_get(&outcome->key.path), &why)) {
        private_key_free(key);
        return complain(COMMAND_CANNOT_CREATE, text_get(&why));
    }
    outcome->key.state = KEYGEN_MADE;
    *out = key;
    return COMMAND_DONE;
}

static int have_request(struct keygen_outcome *outcome, const struct private_key *key)
{
    struct keygen_file *file = &outcome->request;
    TEXT struct text pem = TEXT_EMPTY, why = TEXT_EMPTY;

    if (!is_there(file)) {
        if (!signing_request_make(key, outcome->name, &pem))
            abort(); /* cannot happen: is_name() rejects such names */
        return write_public(file, &pem);
    }
    if (!signing_request_read(text_get(&file->path), &pem, &why))
        return complain(COMMAND_BAD_IDENTIFIER, text_get(&why));
    if (!signing_request_belongs_to(text_get(&pem), key))
        return not_of_this_key(file, outcome);
    file->state = KEYGEN_KEPT;
    return COMMAND_DONE;
}

static int keep_certificate(struct keygen_outcome *outcome, const struct private_key *key)
{
    struct keygen_file *file = &outcome->certificate;
    TEXT struct text why = TEXT_EMPTY;
    struct certificate *certificate = certificate_read(text_get(&file->path), &why);

    if (certificate == NULL)
        return complain(COMMAND_BAD_IDENTIFIER, text_get(&why));
    bool belongs = certificate_belongs_to(certificate, key);
    certificate_free(certificate);
    if (!belongs)
        return not_of_this_key(file, outcome);
    file->state = KEYGEN_KEPT;
    return COMMAND_DONE;
}

static int have_certificate(struct keygen_outcome *outcome, const struct private_key *key,
                            const struct arguments *arguments)
{
    struct keygen_file *file = &outcome->certificate;
    TEXT struct text pem = TEXT_EMPTY;

    if (is_there(file))
        return keep_certificate(outcome, key);
    if (!arguments->self_signed)
        return COMMAND_DONE;
    struct certificate *certificate = certificate_self_signed(key, outcome->name, arguments->days);
    if (certificate == NULL)
        abort(); /* cannot happen: is_name() rejects such names */
    certificate_pem(certificate, &pem);
    certificate_free(certificate);
    return write_public(file, &pem);
}

static int make_files(const struct arguments *arguments, struct keygen_outcome *outcome)
{
    struct private_key *key = NULL;
    int status = have_key(outcome, &key);

    if (status != COMMAND_DONE)
        return status;
    private_key_words(key, &outcome->kind);
    status = have_request(outcome, key);
    if (status == COMMAND_DONE)
        status = have_certificate(outcome, key, arguments);
    private_key_free(key);
    return status;
}

int keygen_command(int count, char **values)
{
    struct arguments arguments = {.directory = "."};
    struct keygen_outcome outcome = {0};
    int status = parse_arguments(count, values, &arguments);

    if (status >= 0)
        return status;
    status = check_directory(arguments.directory);
    if (status != COMMAND_DONE)
        return status;
    outcome.observer = arguments.observer;
    outcome.name = arguments.name;
    name_file(&arguments, ".key", &outcome.key);
    name_file(&arguments, ".csr", &outcome.request);
    name_file(&arguments, ".pem", &outcome.certificate);
    status = make_files(&arguments, &outcome);
    if (status == COMMAND_DONE &&
        !(arguments.json ? keygen_report_json : keygen_report_print)(stdout, &outcome) &&
        !standard_output_is_closed())
        status = complain(COMMAND_IO, "the report cannot be written; the files are complete");
    keygen_outcome_fini(&outcome);
    return status;
}
