/* SPDX-License-Identifier: Apache-2.0 */
#include "command/account/help.h"

#define STATUS                                                                                               \
    "\n"                                                                                                     \
    "Exit status: 0 done, or there is nothing to do; 1 not wanted, or what is there\n"                       \
    "is in the way; 64 wrong arguments; 65 a file holds something else; 66 a file\n"                         \
    "cannot be read; 69 AWS is not reached or refuses; 73 a file cannot be written;\n"                       \
    "77 no permission or no credentials; 130 interrupted.\n"

static const char apply[] =
    "Usage: expresslink-claim account apply [--ca FILE]... [OPTION]...\n"
    "\n"
    "Makes in your AWS account what devices need to arrive: the manufacturers' CAs,\n"
    "a provisioning template with its role, a policy for modules, thing events, and\n"
    "an observer for the portal. Shows what would change, asks, and does it. The\n"
    "same command again goes on after an interruption, and changes nothing where all\n"
    "is as it should be.\n"
    "\n"
    "  --name NAME         the setup's name (default: expresslink): several for\n"
    "                      manufacturers that are not to be treated alike\n"
    "  --ca FILE           a manufacturer's CA certificates (PEM); several times for\n"
    "                      several\n"
    "  --thing-name FIELD  where a birth certificate has the ThingName: common-name\n"
    "                      (the default) or serial-number\n"
    "  --thing-type NAME   thing type of the devices\n"
    "  --thing-group NAME  a thing group of the devices; several times for several\n"
    "  --attribute NAME=VALUE\n"
    "                      an attribute of every thing; several times for several\n"
    "\n"
    "  --observer-request FILE\n"
    "                      signing request of the observer (expresslink-claim keygen\n"
    "                      --observer makes one)\n"
    "  --observer-certificate FILE\n"
    "                      where its certificate is written (default: the request's\n"
    "                      name with .pem)\n"
    "  --observer-key FILE its key (default: the request's name with .key)\n"
    "  --client-id ID      its client id (default: portal-observer)\n"
    "  --portal-ini FILE   add the account's endpoint to this configuration; without\n"
    "                      it the section is printed\n"
    "  --endpoint-key KEY  as [endpoint.KEY] (default: home)\n"
    "  --ca-file FILE      with this ca_file (default: AmazonRootCA1.pem here, or\n"
    "                      Debian's)\n"
    "\n"
    "  --dry-run           show what would change, and change nothing\n"
    "  --yes               do not ask\n"
    "  --json              JSON on standard output, for programs\n" AWS_ARGUMENTS_HELP
    "  --help              print this, and exit\n" STATUS;

static const char show[] = "Usage: expresslink-claim account show [OPTION]...\n"
                           "\n"
                           "Tells what there is of a setup in your AWS account.\n"
                           "\n"
                           "  --name NAME         the setup's name (default: expresslink)\n"
                           "  --json              JSON on standard output, for programs\n" AWS_ARGUMENTS_HELP
                           "  --help              print this, and exit\n" STATUS;

static const char remove[] =
    "Usage: expresslink-claim account remove [OPTION]...\n"
    "\n"
    "Takes a setup away: its CAs, provisioning templates, policies, observer and\n"
    "role. Shows what would go, asks, and does it; the same command again goes on\n"
    "after an interruption. Things, modules' certificates, thing types, groups and\n"
    "events stay.\n"
    "\n"
    "  --name NAME         the setup's name (default: expresslink)\n"
    "  --force             also while devices live by its policy: they lose all\n"
    "                      their rights\n"
    "  --dry-run           show what would go, and change nothing\n"
    "  --yes               do not ask\n"
    "  --json              JSON on standard output, for programs\n" AWS_ARGUMENTS_HELP
    "  --help              print this, and exit\n" STATUS;

static const char certificate[] =
    "Usage: expresslink-claim account certificate FILE.csr [OPTION]...\n"
    "\n"
    "Has your AWS account make the certificate of a claim-thing, inactive: for the\n"
    "staging account alone (Onboarding-by-Claim guide, appendix A). Where there is\n"
    "one for the same key it is fetched again.\n"
    "\n"
    "  --output FILE       where it is written (default: the request's name with\n"
    "                      .pem); another certificate is never overwritten\n"
    "  --json              JSON on standard output, for programs\n" AWS_ARGUMENTS_HELP
    "  --help              print this, and exit\n" STATUS;

const char *account_help(enum account_action action)
{
    switch (action) {
    case ACCOUNT_SHOW:
        return show;
    case ACCOUNT_REMOVE:
        return remove;
    case ACCOUNT_CERTIFICATE:
        return certificate;
    default:
        return apply;
    }
}
