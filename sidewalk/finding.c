/* SPDX-License-Identifier: Apache-2.0 */
#include "sidewalk/finding.h"

static const struct {
    const char *name, *words;
    bool warning;
} findings[FINDING_COUNT] = {
    [FINDING_ONLY_IN_LIST] = {"only_in_list", "only in the list", false},
    [FINDING_ONLY_IN_LOG] = {"only_in_log", "only in a control log", true},
    [FINDING_TWICE_IN_LIST] = {"twice_in_list", "again in the list", false},
    [FINDING_TWICE_IN_LOG] = {"twice_in_log", "the same entry again in a control log", true},
    [FINDING_CONTRADICTED] = {"contradicted", "again in a control log, with differences", false},
    [FINDING_BAD_ROW] = {"bad_row", "malformed rows of the list", false},
    [FINDING_BASE64_ROW] = {"base64_row", "base64 instead of hex in the list", false},
    [FINDING_BAD_ENTRY] = {"bad_entry", "malformed entries of control logs", false},
    [FINDING_BAD_LOG] = {"bad_log", "broken control logs", false},
    [FINDING_DEVICE_FILE] = {"device_file", "a device's own files, with private keys", false},
    [FINDING_UNKNOWN_VERSION] = {"unknown_version", "entries of an unknown version", true},
    [FINDING_WRONG_APID] = {"wrong_apid", "another ApId", false},
    [FINDING_CHAIN_MISSING] = {"chain_missing", "without a certificate chain", false},
    [FINDING_CHAIN_BROKEN] = {"chain_broken", "broken certificate chains", false},
    [FINDING_CHAIN_FOREIGN] = {"chain_foreign", "certificate chains of another device", false},
    [FINDING_OTHER_ROOT] = {"other_root", "certificate chains of another root than Amazon's", false},
    [FINDING_TEST_DEVICE] = {"test_device", "devices for tests, not for production", false},
    [FINDING_TEST_ALLOWED] = {"test_allowed", "devices for tests, which --allow-test lets pass", true},
};

const char *finding_name(enum finding finding)
{
    return findings[finding].name;
}

const char *finding_words(enum finding finding)
{
    return findings[finding].words;
}

bool finding_is_warning(enum finding finding)
{
    return findings[finding].warning;
}
