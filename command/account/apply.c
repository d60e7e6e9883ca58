/* SPDX-License-Identifier: Apache-2.0 */
/* expresslink-claim account apply: sets up the AWS account. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "account/keys/signing_request.h"
#include "account/portal_section.h"
#include "account/setup/setup.h"
#include "base/memory.h"
#include "command/account/account_command.h"
#include "command/account/thing_name_choice.h"
#include "command/command.h"

static const char *const usual_roots[] = {"AmazonRootCA1.pem", "/etc/ssl/certs/Amazon_Root_CA_1.pem"};

struct apply {
    struct setup_authority *authorities; /* owned, with their certificates */
    size_t count;
    struct text request;
    struct text names; /* what the birth certificate has, where that does not say which field to take */
    char *root;        /* ca_file of the section; NULL: none; owned */
};

static void apply_fini(struct apply *apply)
{
    for (size_t i = 0; i < apply->count; i++)
        certificate_free((struct certificate *)apply->authorities[i].certificate);
    free(apply->authorities);
    text_fini(&apply->request);
    text_fini(&apply->names);
    free(apply->root);
}

static int wrong_authority(struct account_run *run, const char *path, const struct certificate *certificate)
{
    TEXT struct text words = TEXT_EMPTY, subject = TEXT_EMPTY;

    certificate_subject_words(certificate, &subject);
    text_printf(&words, "%s: %s %s", path, text_get(&subject), certificate_no_authority(certificate));
    return account_report_wrong(&run->report, COMMAND_BAD_IDENTIFIER, "%s", text_get(&words));
}

static int read_authorities(struct apply *apply, struct account_run *run, const char *path)
{
    TEXT struct text why = TEXT_EMPTY;
    size_t count = 0;
    struct certificate **all = certificate_read_all(path, &count, &why);
    int status = COMMAND_DONE;

    if (!all)
        return account_report_wrong(&run->report, COMMAND_NO_INPUT, "%s", text_get(&why));
    apply->authorities = memory_grow(apply->authorities, apply->count + count, sizeof *apply->authorities);
    for (size_t i = 0; i < count; i++) {
        apply->authorities[apply->count++] = (struct setup_authority){all[i], NULL};
        if (!status && !certificate_is_authority(all[i]))
            status = wrong_authority(run, path, all[i]);
    }
    free(all);
    return status;
}

static int read_request(struct apply *apply, struct account_run *run)
{
    TEXT struct text why = TEXT_EMPTY;
    bool there = false;

    if (!signing_request_read(run->arguments.request, &apply->request, &why))
        return account_report_wrong(&run->report, COMMAND_NO_INPUT, "%s", text_get(&why));
    return account_check_certificate(run, run->arguments.certificate, text_get(&apply->request), &there);
}

/* Returns the absolute path: the portal may be started in another folder. */
static char *absolute(const char *path)
{
    char *real = realpath(path, NULL);
    OWNED char *folder = NULL;
    struct text text = TEXT_EMPTY;

    if (real)
        return real;
    if (path[0] != '/' && (folder = getcwd(NULL, 0)))
        text_printf(&text, "%s/", folder);
    text_puts(&text, path);
    return text_take(&text);
}

static int find_root(struct apply *apply, struct account_run *run)
{
    TEXT struct text words = TEXT_EMPTY;
    const char *given = run->arguments.ca_file;

    if (given && access(given, R_OK) != 0) {
        text_printf(&words, "--ca-file %s cannot be read: %s", given, strerror(errno));
        return account_report_wrong(&run->report, COMMAND_NO_INPUT, "%s", text_get(&words));
    }
    for (size_t i = 0; !given && i < sizeof usual_roots / sizeof *usual_roots; i++)
        if (access(usual_roots[i], R_OK) == 0)
            given = usual_roots[i];
    if (given && run->arguments.ca_file)
        apply->root = absolute(given);
    else if (given) /* not resolved: in Debian it is a link whose target may be moved */
        apply->root = given[0] == '/' ? memory_string(given) : absolute(given);
    return COMMAND_DONE;
}

static struct thing_name_choice thing_name(struct account_run *run)
{
    return (struct thing_name_choice){
        .report = &run->report,
        .things = &run->arguments.things,
        .setup = run->arguments.name,
        .birth_certificate = run->arguments.birth_certificate,
        .portal_ini = run->arguments.portal_ini,
        .can_ask = !run->arguments.json && !run->arguments.yes,
    };
}

static int prepare(void *context, struct account_run *run)
{
    struct apply *apply = context;
    int status = find_root(apply, run);

    for (size_t i = 0; !status && i < run->arguments.authority_count; i++)
        status = read_authorities(apply, run, run->arguments.authorities[i]);
    if (!status && run->arguments.request)
        status = read_request(apply, run);
    const struct thing_name_choice choice = thing_name(run);
    return status ? status : thing_name_read(&choice, &apply->names);
}

static int print_section(struct account_run *run, const struct portal_section *section)
{
    TEXT struct text text = TEXT_EMPTY;

    portal_section_text(section, &text);
    account_report_add(&run->report, "section", text_get(&text));
    account_report_say(&run->report, "For the portal's configuration:\n");
    if (!run->arguments.json)
        fputs(text_get(&text), stdout);
    return COMMAND_DONE;
}

/* Reports what to do next, now that portal_ini has the section. */
static int say_next(struct account_run *run, const char *state)
{
    account_report_add(&run->report, "portal_ini", state);
    account_report_say(&run->report, "Next: expresslink-claim doctor --config %s", run->arguments.portal_ini);
    return COMMAND_DONE;
}

static int add_section(struct account_run *run, const struct portal_section *section)
{
    const char *path = run->arguments.portal_ini;
    TEXT struct text why = TEXT_EMPTY;

    switch (portal_section_add(path, section, &why)) {
    case PORTAL_SECTION_WRITTEN:
        account_report_say(&run->report, "wrote [endpoint.%s] to %s", section->key, path);
        return say_next(run, "written");
    case PORTAL_SECTION_THERE:
        account_report_say(&run->report, "%s already has [endpoint.%s]", path, section->key);
        return say_next(run, "there");
    case PORTAL_SECTION_DIFFERS:
        text_puts(&why, "; it was not changed: change it, or choose another --endpoint-key");
        account_report_add(&run->report, "portal_ini", "differs");
        (void)account_report_wrong(&run->report, COMMAND_CANNOT_CREATE, "%s", text_get(&why));
        print_section(run, section);
        return COMMAND_CANNOT_CREATE;
    default:
        account_report_add(&run->report, "portal_ini", "failed");
        (void)account_report_wrong(&run->report, COMMAND_CANNOT_CREATE, "%s", text_get(&why));
        print_section(run, section);
        return COMMAND_CANNOT_CREATE;
    }
}

static void tell_queue(struct account_run *run, const char *queue_url)
{
    account_report_add(&run->report, "queue_url", queue_url);
    account_report_say(&run->report,
                       "The portal needs AWS credentials that allow sqs:ReceiveMessage and sqs:DeleteMessage "
                       "for the queue %s-events, and nothing else; see docs/going-live.md.",
                       run->arguments.name);
}

static int write_files(const struct apply *apply, struct account_run *run, const struct setup *setup)
{
    const char *pem = setup_observer_certificate(setup);
    bool has_observer = *pem != '\0';
    int status = COMMAND_DONE;

    if (has_observer)
        status = account_write_certificate(run, run->arguments.certificate, pem);
    if (status)
        return status;
    OWNED char *certificate = has_observer ? absolute(run->arguments.certificate) : NULL;
    OWNED char *key = has_observer ? absolute(run->arguments.key) : NULL;
    const struct portal_section section = {
        .key = run->arguments.endpoint_key,
        .address = setup_endpoint(setup),
        .ca_file = has_observer ? apply->root : NULL,
        .cert_file = certificate,
        .key_file = key,
        .client_id = has_observer ? run->arguments.client_id : NULL,
        .queue_url = run->arguments.events_queue ? setup_queue_url(setup) : NULL,
    };
    account_report_add(&run->report, "endpoint", section.address);
    if (section.queue_url)
        tell_queue(run, section.queue_url);
    if (has_observer && !section.ca_file)
        account_report_say(
            &run->report,
            "AmazonRootCA1.pem is not in this folder: give --ca-file, or add ca_file yourself.");
    return run->arguments.portal_ini ? add_section(run, &section) : print_section(run, &section);
}

static int set_up(struct apply *apply, struct account_run *run)
{
    const struct account_arguments *arguments = &run->arguments;
    const struct setup_options options = {
        .name = arguments->name,
        .mode = SETUP_SNI_ONLY,
        .authorities = apply->authorities,
        .authority_count = apply->count,
        .provisioning = account_things_provisioning(&arguments->things),
        .topics = account_topics_policy(&arguments->topics),
        .observer_client_id = arguments->client_id,
        .observer_request = arguments->request ? text_get(&apply->request) : NULL,
        .events_queue = arguments->events_queue,
        .overwrite = arguments->overwrite,
        .description = arguments->description,
    };
    struct setup *setup;
    bool as_wanted;

    account_report_add(&run->report, "setup", arguments->name);
    int status = account_change(&run->report, run->account, &options, arguments->yes, arguments->dry_run,
                                &setup, &as_wanted);
    if (as_wanted)
        status = write_files(apply, run, setup);
    setup_free(setup);
    return status;
}

static int work(void *context, struct account_run *run)
{
    struct apply *apply = context;
    const struct thing_name_choice choice = thing_name(run);
    int status = thing_name_have(&choice, run->account, text_get(&apply->names));

    return status ? status : set_up(apply, run);
}

int account_apply_command(int count, char **values)
{
    struct apply apply = {.request = TEXT_EMPTY};

    int status = account_run(ACCOUNT_APPLY, count, values, prepare, work, &apply);
    apply_fini(&apply);
    return status;
}
