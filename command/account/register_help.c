/* SPDX-License-Identifier: Apache-2.0 */
#include "command/account/register_help.h"

#define DEVICE_HELP                                                                                          \
    "  --thing-name FIELD  what of the certificate's subject is the thing's name: common-name\n"             \
    "                      (default) or serial-number\n"                                                     \
    "  --name NAME         the setup that account apply has made (default: expresslink); its\n"              \
    "                      policy is NAME-module\n"                                                          \
    "  --policy NAME       another policy for the devices\n"                                                 \
    "  --thing-type NAME   thing type of the devices\n"                                                      \
    "  --thing-group NAME  a group that they are put into; several times for several\n"                      \
    "  --create-missing    make policy, thing type and groups that are not in the account\n"                 \
    "  --without-ca        do not look whether the account has the certificate's CA\n"                       \
    "  --activate          also certificates that somebody has made inactive\n"                              \
    "  --add-certificate   a thing that has another certificate gets this one too\n"

#define JSON_HELP "  --json              JSON on standard output, for programs\n"

#define STATUS_HELP                                                                                          \
    "64 wrong arguments, 65 no certificate of a device, 66 a file cannot be read, 69 AWS is not\n"           \
    "reached or refuses, 73 or 74 a file cannot be made or written, 77 no permission or no\n"                \
    "credentials, 130 interrupted.\n"

static const char certificate_help[] =
    "Usage: expresslink-claim account register certificate [OPTION]... FILE\n"
    "\n"
    "Registers one device by its birth certificate: makes the thing, registers the certificate as\n"
    "active, and attaches policy and thing to it. May be done again: what is there is kept.\n"
    "\n"
    "  --thing NAME        the thing's name\n" DEVICE_HELP
    "  --dry-run           say what would be done, and change nothing\n" JSON_HELP AWS_ARGUMENTS_HELP
    "  --help              print this, and exit\n"
    "\n"
    "Example:\n"
    "  expresslink-claim account register certificate birth.pem --thing-group lamps\n"
    "\n"
    "Exit status: 0 registered, or it was; 1 what is there is in the way,\n" STATUS_HELP;

static const char batch_help[] =
    "Usage: expresslink-claim account register batch [OPTION]... FOLDER|FILE\n"
    "\n"
    "Registers many devices by their birth certificates: a folder of PEM files (.pem, .crt, .cer,\n"
    ".cert), a CSV (.csv, .tsv) with the columns certificate (PEM, or a file beside the list) and\n"
    "thing_name (optional), or one file with many certificates. What became of each stands in the\n"
    "result file. A certificate that is bad stops no other one; start it again for those that failed\n"
    "and it goes on where it was: what the result file has as registered is not done again.\n"
    "\n"
    "  --result FILE       the result file, a CSV (default: FOLDER.result.csv, beside it)\n"
    "  --rate NUMBER       so many devices a second at most (default: as AWS answers)\n" DEVICE_HELP
    "  --dry-run           read and check all of it, and change nothing\n" JSON_HELP AWS_ARGUMENTS_HELP
    "  --help              print this, and exit\n"
    "\n"
    "Examples:\n"
    "  expresslink-claim account register batch births/ --dry-run\n"
    "  expresslink-claim account register batch births.csv --thing-type lamp --rate 8\n"
    "\n"
    "Exit status: 0 all are registered, 1 some failed, or what is there is in the way,\n" STATUS_HELP;

static const char jitr_help[] =
    "Usage: expresslink-claim account register jitr --ca FILE --ca-key FILE [OPTION]...\n"
    "       expresslink-claim account register jitr --ca FILE --verification-request FILE [OPTION]...\n"
    "       expresslink-claim account register jitr --ca FILE --verification-certificate FILE\n"
    "                                               [OPTION]...\n"
    "\n"
    "Just-in-time registration: a CA of mode DEFAULT, whose devices AWS registers by a template when\n"
    "they first connect. AWS wants to see that who registers the CA holds its key, by a verification\n"
    "certificate that it has signed. Shows what will change, and asks.\n"
    "\n"
    "  --ca FILE                  the CA's certificate\n"
    "  --ca-key FILE              its key, where you have it: signs the verification certificate here\n"
    "  --verification-request FILE      where its key is elsewhere: writes a signing request for\n"
    "                             whoever has it, and says what they have to do\n"
    "  --verification-certificate FILE  what came back from there\n"
    "  --thing-name FIELD  what of the certificate's subject is the thing's name: common-name\n"
    "                      (default) or serial-number\n"
    "  --name NAME         of the setup: role NAME-provisioning, policy NAME-module, template NAME\n"
    "                      (default: expresslink)\n"
    "  --thing-type NAME   thing type of the devices\n"
    "  --thing-group NAME  a group that they are put into; several times for several\n"
    "  --attribute NAME=VALUE  an attribute of the things; several times for several\n"
    "  --dry-run           show what would change, and change nothing\n"
    "  --yes               do not ask\n" JSON_HELP AWS_ARGUMENTS_HELP
    "  --help              print this, and exit\n"
    "\n"
    "Exit status: 0 done, 1 not wanted, or what is there is in the way,\n" STATUS_HELP;

static const char fleet_help[] =
    "Usage: expresslink-claim account register fleet [--claim-request FILE] [OPTION]...\n"
    "\n"
    "Fleet provisioning by claim: all devices share a claim certificate that can do nothing but ask\n"
    "for one of their own, with their serial number. Makes role, template, policies, and the claim\n"
    "certificate of a signing request. Shows what will change, and asks.\n"
    "\n"
    "  --claim-request FILE  signing request of the claim certificate: expresslink-claim keygen\n"
    "                      --name fleet-claim makes it, with its key\n"
    "  --output FILE       where the claim certificate is put (default: FILE.pem for FILE.csr);\n"
    "                      never overwritten\n"
    "  --prefix TEXT       the things are named TEXT and their serial number (default: nothing)\n"
    "  --name NAME         of the setup: template NAME-fleet, policies NAME-module and NAME-claim,\n"
    "                      role NAME-provisioning (default: expresslink)\n"
    "  --thing-type NAME   thing type of the devices\n"
    "  --thing-group NAME  a group that they are put into; several times for several\n"
    "  --attribute NAME=VALUE  an attribute of the things; several times for several\n"
    "  --dry-run           show what would change, and change nothing\n"
    "  --yes               do not ask\n" JSON_HELP AWS_ARGUMENTS_HELP
    "  --help              print this, and exit\n"
    "\n"
    "Exit status: 0 done, 1 not wanted, or what is there is in the way,\n" STATUS_HELP;

const char *register_help(enum register_way way)
{
    switch (way) {
    case REGISTER_CERTIFICATE:
        return certificate_help;
    case REGISTER_BATCH:
        return batch_help;
    case REGISTER_JITR:
        return jitr_help;
    default:
        return fleet_help;
    }
}
