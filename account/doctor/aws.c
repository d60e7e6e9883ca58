/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "account/doctor/aws_view.h"
#include "account/doctor/doctor.h"
#include "account/setup/setup.h"

#define GIVE_CREDENTIALS                                                                                     \
    "Give credentials of the OEM's account as for the AWS CLI (AWS_PROFILE and AWS_REGION, for "             \
    "example), or skip these checks with --no-aws."

static void no_session(struct doctor *doctor)
{
    const struct doctor_options *options = doctor->options;
    const char *seen = options->aws_missing ? options->aws_missing : "not asked for";

    doctor_tell(doctor, options->aws_wanted ? DOCTOR_FAILED : DOCTOR_SKIPPED, "aws.credentials", seen,
                options->aws_missing ? GIVE_CREDENTIALS : NULL);
}

/* No credentials at all: the AWS checks were not requested. Credentials that do not work are an error. */
static void no_account(struct doctor *doctor, enum aws_error error, const char *why)
{
    if (error == AWS_INTERRUPTED)
        return;
    bool asked = doctor->options->aws_wanted || error != AWS_NO_CREDENTIALS;
    const char *mend = GIVE_CREDENTIALS;

    if (error == AWS_UNREACHABLE || error == AWS_UNAVAILABLE || error == AWS_THROTTLED)
        mend = "Allow this machine to connect to sts.REGION.amazonaws.com, port 443 (a proxy: "
               "https_proxy; your own address: --endpoint-url), or skip these checks with --no-aws.";
    doctor_tell(doctor, asked ? DOCTOR_FAILED : DOCTOR_SKIPPED, "aws.credentials", why, mend);
}

static void tell_account(struct aws_view *view)
{
    TEXT struct text seen = TEXT_EMPTY;

    text_printf(&seen, "%s, account %s, %s", view->account.caller, view->account.id,
                aws_session_region(view->account.session));
    doctor_tell(view->doctor, DOCTOR_OK, "aws.credentials", text_get(&seen), NULL);
}

static void look(struct aws_view *view)
{
    static void (*const parts[])(struct aws_view * view) = {
        aws_check_endpoint,    aws_check_template, aws_check_module,  aws_check_events,
        aws_check_authorities, aws_check_observer, aws_check_arrivals};

    for (size_t i = 0; i < sizeof parts / sizeof *parts && !doctor_interrupted(view->doctor); i++) {
        view->doctor->subject = "AWS";
        parts[i](view);
    }
    view->doctor->subject = "AWS";
}

void doctor_aws(struct doctor *doctor)
{
    const struct doctor_options *options = doctor->options;
    struct aws_view view = {.doctor = doctor,
                            .setup = options->setup_name ? options->setup_name : SETUP_NAME_DEFAULT};
    TEXT struct text why = TEXT_EMPTY;

    if (!options->aws) {
        no_session(doctor);
        return;
    }
    enum aws_error error = oem_account_open(options->aws, &view.account, &why);
    if (error) {
        no_account(doctor, error, text_get(&why));
        return;
    }
    tell_account(&view);
    text_puts(&view.apply, "expresslink-claim account apply");
    if (strcmp(view.setup, SETUP_NAME_DEFAULT) != 0)
        text_printf(&view.apply, " --name %s", view.setup);
    if (options->birth_certificate) /* its own check reports that it is unreadable */
        view.birth = certificate_read_birth(options->birth_certificate, &why);
    look(&view);
    cJSON_Delete(view.template_body);
    certificate_free(view.birth);
    text_fini(&view.thing_name);
    text_fini(&view.apply);
    oem_account_fini(&view.account);
}
