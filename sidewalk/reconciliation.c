/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the list first, then the logs; each row and entry marks its device. Findings that are only known at
 * the end (missing devices, the usual ApId) come last, in the order of the files. */
#include "sidewalk/reconciliation.h"

#include <stdint.h>
#include <string.h>
#include <strings.h>

#include "base/excerpt.h"
#include "base/hash.h"
#include "base/memory.h"
#include "sidewalk/apids.h"
#include "sidewalk/certificate_chain.h"
#include "sidewalk/chain_judgement.h"
#include "sidewalk/control_log.h"
#include "sidewalk/device_file.h"
#include "sidewalk/device_table.h"
#include "sidewalk/input_files.h"
#include "sidewalk/serial_list.h"

#define PROGRESS_EVERY 1024 /* rows or entries */

struct work {
    const struct reconciliation_options *options;
    struct reconciliation result;
    struct reconciliation_progress progress;
    struct device_table devices;
    struct apids apids;
    struct chain_verifier *verifier;
    struct input_files list, logs;
    size_t log_number; /* the log being read */
    struct serial_list *rows;
    struct control_log *entries;
    bool interrupted;
    struct text detail;
};

static void tell(struct work *work, enum finding finding, struct found found)
{
    work->result.findings[finding]++;
    found.finding = finding;
    if (found.detail == NULL)
        found.detail = "";
    if (work->options->found != NULL)
        work->options->found(work->options->context, &found);
}

static void tell_of_row(struct work *work, enum finding finding, unsigned long long line,
                        const struct smsn *smsn, const char *detail)
{
    tell(work, finding,
         (struct found){.file = work->options->list, .line = line, .smsn = smsn, .detail = detail});
}

static void tell_of_entry(struct work *work, enum finding finding, unsigned long long offset,
                          const struct smsn *smsn, const char *detail)
{
    const char *file = work->logs.paths[work->log_number];
    tell(work, finding, (struct found){.file = file, .offset = offset, .smsn = smsn, .detail = detail});
}

static bool go_on(struct work *work)
{
    if (work->options->interrupted != NULL && *work->options->interrupted)
        work->interrupted = true;
    if (work->options->progress != NULL)
        work->options->progress(work->options->context, &work->progress);
    return !work->interrupted;
}

/* Adds the row to the corrected list, once. */
static void correct(struct work *work, struct device *device, const char hex[SMSN_HEX_SIZE])
{
    if ((device->flags & DEVICE_CORRECTED) == 0 && work->options->good_row != NULL)
        work->options->good_row(work->options->context, hex);
    device->flags |= DEVICE_CORRECTED;
}

static void on_row(void *context, unsigned long long line, enum smsn_form form, const struct smsn *smsn,
                   const char *text)
{
    struct work *work = context;
    struct device *device = device_table_get(&work->devices, smsn);
    char hex[SMSN_HEX_SIZE];

    work->result.rows = ++work->progress.rows;
    if ((device->flags & DEVICE_LISTED) != 0) {
        text_clear(&work->detail);
        text_printf(&work->detail, "first on line %u", device->line);
        tell_of_row(work, FINDING_TWICE_IN_LIST, line, smsn, text_get(&work->detail));
        return;
    }
    device->flags |= DEVICE_LISTED;
    device->line = line < UINT32_MAX ? (uint32_t)line : UINT32_MAX;
    if (form == SMSN_BASE64) {
        device->flags |= DEVICE_UNSOUND;
        tell_of_row(work, FINDING_BASE64_ROW, line, smsn, "");
        smsn_hex(smsn, hex);
    } else {
        memcpy(hex, text, SMSN_HEX_SIZE - 1);
        hex[SMSN_HEX_SIZE - 1] = '\0';
    }
    correct(work, device, hex);
}

static void on_bad_row(void *context, unsigned long long line, const struct smsn *smsn, bool clear,
                       const char *why)
{
    struct work *work = context;
    char hex[SMSN_HEX_SIZE];

    work->result.rows = ++work->progress.rows;
    if (smsn != NULL) {
        struct device *device = device_table_get(&work->devices, smsn);
        device->flags |= DEVICE_MENTIONED | DEVICE_UNSOUND;
        smsn_hex(smsn, hex);
        if (clear)
            correct(work, device, hex);
    }
    tell_of_row(work, FINDING_BAD_ROW, line, smsn, why);
}

static void on_bad_header(void *context, unsigned long long line, const char *why)
{
    tell_of_row(context, FINDING_BAD_ROW, line, NULL, why);
}

/* Whether the entry is bad: it has no serial number, or an invalid one. */
static bool is_bad_entry(struct work *work, const struct control_log_entry *entry, struct smsn *smsn)
{
    static const char *const forms[] = {
        [SMSN_BASE64] = "the serial number is in base64 instead of hex",
        [SMSN_NEITHER] = "the serial number is not 64 hex digits",
    };
    enum smsn_form form = smsn_parse(text_get(&entry->serial), entry->serial.length, smsn);
    const char *why = NULL;

    if (entry->mistake.length > 0)
        why = entry->mistake.data;
    else if (form != SMSN_HEX)
        why = forms[form];
    else if (entry->apid.length == 0 || entry->apid.length >= APID_SIZE ||
             memchr(entry->apid.data, '\0', entry->apid.length) != NULL)
        why = "advertisedProductId is empty, too long or contains a NUL";
    if (why == NULL)
        return false;
    if (form != SMSN_NEITHER)
        device_table_get(&work->devices, smsn)->flags |= DEVICE_LOGGED_BADLY | DEVICE_UNSOUND;
    tell_of_entry(work, FINDING_BAD_ENTRY, entry->offset, form != SMSN_NEITHER ? smsn : NULL, why);
    return true;
}

static void tell_of_chain(struct work *work, const struct control_log_entry *entry, struct device *device,
                          enum chain_curve curve, const struct chain_judgement *judgement)
{
    static const char *const names[] = {[CHAIN_ED25519] = "Ed25519", [CHAIN_P256] = "P-256"};
    char hex[SMSN_HEX_SIZE];

    if (judgement->finding == FINDING_COUNT)
        return;
    device->flags |= DEVICE_UNSOUND;
    text_clear(&work->detail);
    text_puts(&work->detail, names[curve]);
    if (judgement->finding == FINDING_CHAIN_BROKEN)
        text_printf(&work->detail, ": %s", chain_problem_words(judgement->problem));
    if (judgement->finding == FINDING_CHAIN_FOREIGN && judgement->problem == CHAIN_SOUND) {
        smsn_hex(&judgement->device, hex);
        text_printf(&work->detail, ": it belongs to %s", hex);
    } else if (judgement->finding == FINDING_CHAIN_FOREIGN)
        text_printf(&work->detail, ": %s", chain_problem_words(judgement->problem));
    tell_of_entry(work, judgement->finding, entry->offset, &device->smsn, text_get(&work->detail));
}

static void tell_of_version(struct work *work, const struct control_log_entry *entry, const struct smsn *smsn)
{
    static const char known[] = "4-0-1";

    if (entry->version.length == sizeof known - 1 &&
        memcmp(entry->version.data, known, sizeof known - 1) == 0)
        return;
    text_clear(&work->detail);
    excerpt_add(text_get(&entry->version), entry->version.length, &work->detail);
    tell_of_entry(work, FINDING_UNKNOWN_VERSION, entry->offset, smsn, text_get(&work->detail));
}

/* The signing tool writes the stage in small letters; serial numbers are made with the stage PRODUCTION, and
 * what AWS does with others is documented nowhere. */
static void tell_of_label(struct work *work, const struct control_log_entry *entry, struct device *device)
{
    static const char production[] = "production";
    const char *label = text_get(&entry->label);
    enum finding finding = work->options->allow_test ? FINDING_TEST_ALLOWED : FINDING_TEST_DEVICE;

    if (entry->label.length == 0 ||
        (entry->label.length == sizeof production - 1 && strcasecmp(label, production) == 0))
        return;
    if (finding == FINDING_TEST_DEVICE)
        device->flags |= DEVICE_UNSOUND;
    text_clear(&work->detail);
    text_puts(&work->detail, "its label is ");
    excerpt_add(label, entry->label.length, &work->detail);
    text_puts(&work->detail, ", not \"production\"");
    tell_of_entry(work, finding, entry->offset, &device->smsn, text_get(&work->detail));
}

static void tell_again(struct work *work, const struct control_log_entry *entry, struct device *device,
                       uint64_t fingerprint)
{
    const char *file = work->logs.paths[device->file], *apid = apids_text(&work->apids, device->apid);
    bool other_apid = strcmp(apid, text_get(&entry->apid)) != 0;

    text_clear(&work->detail);
    if (device->fingerprint == fingerprint) {
        text_printf(&work->detail, "first in %s, byte %llu", file, (unsigned long long)device->offset);
        tell_of_entry(work, FINDING_TWICE_IN_LOG, entry->offset, &device->smsn, text_get(&work->detail));
        return;
    }
    device->flags |= DEVICE_UNSOUND | (other_apid ? DEVICE_TWO_APIDS : 0U);
    if (other_apid) {
        text_puts(&work->detail, "ApId ");
        excerpt_add(entry->apid.data, entry->apid.length, &work->detail);
        text_puts(&work->detail, ", but ");
        excerpt_add(apid, strlen(apid), &work->detail);
    } else
        text_puts(&work->detail, "other certificates than");
    text_printf(&work->detail, " in %s, byte %llu", file, (unsigned long long)device->offset);
    tell_of_entry(work, FINDING_CONTRADICTED, entry->offset, &device->smsn, text_get(&work->detail));
}

static void on_entry(void *context, const struct control_log_entry *entry)
{
    struct work *work = context;
    struct chain_judgement chains[CHAIN_P256 + 1];
    struct smsn smsn;

    work->result.entries = ++work->progress.entries;
    if (work->progress.entries % PROGRESS_EVERY == 0)
        go_on(work);
    if (is_bad_entry(work, entry, &smsn))
        return;
    uint64_t fingerprint = hash_bytes(HASH_START, entry->apid.data, entry->apid.length);
    for (enum chain_curve curve = CHAIN_ED25519; curve <= CHAIN_P256; curve++) {
        chains[curve] = chain_judge(work->verifier, &entry->chains[curve], curve,
                                    work->options->verify_signatures, &smsn);
        fingerprint = hash_bytes(fingerprint, &chains[curve].fingerprint, sizeof chains[curve].fingerprint);
    }
    struct device *device = device_table_get(&work->devices, &smsn);
    if ((device->flags & DEVICE_LOGGED) != 0) {
        tell_again(work, entry, device, fingerprint);
        return;
    }
    device->flags |= DEVICE_LOGGED;
    device->file = work->log_number & (DEVICE_FILES_MAX - 1);
    device->offset = entry->offset & ((1ULL << 48) - 1);
    device->apid = apids_count(&work->apids, entry->apid.data);
    device->fingerprint = fingerprint;
    tell_of_version(work, entry, &smsn);
    tell_of_label(work, entry, device);
    for (enum chain_curve curve = CHAIN_ED25519; curve <= CHAIN_P256; curve++)
        tell_of_chain(work, entry, device, curve, &chains[curve]);
}

static void on_broken(void *context, unsigned long long offset, const char *what, const char *serial)
{
    struct work *work = context;
    struct smsn smsn;
    bool known = smsn_parse(serial, strlen(serial), &smsn) != SMSN_NEITHER;

    if (known)
        device_table_get(&work->devices, &smsn)->flags |= DEVICE_LOGGED_BADLY | DEVICE_UNSOUND;
    tell_of_entry(work, FINDING_BAD_LOG, offset, known ? &smsn : NULL, what);
}

static void on_device_file_as_log(void *context, unsigned long long offset)
{
    struct work *work = context;

    text_clear(&work->detail);
    text_printf(&work->detail, DEVICE_FILE, "control log");
    tell_of_entry(work, FINDING_DEVICE_FILE, offset, NULL, text_get(&work->detail));
}

static void on_device_file_as_list(void *context, unsigned long long line)
{
    struct work *work = context;

    text_clear(&work->detail);
    text_printf(&work->detail, DEVICE_FILE, "list of serial numbers");
    tell_of_row(work, FINDING_DEVICE_FILE, line, NULL, text_get(&work->detail));
}

static bool feed_list(void *context, const char *bytes, size_t length)
{
    struct work *work = context;

    serial_list_feed(work->rows, bytes, length);
    work->progress.bytes_done += length;
    return go_on(work);
}

static bool feed_log(void *context, const char *bytes, size_t length)
{
    struct work *work = context;

    control_log_feed(work->entries, bytes, length);
    work->progress.bytes_done += length;
    return go_on(work);
}

static bool read_list(struct work *work, struct text *why)
{
    static const struct serial_list_events events = {
        .row = on_row,
        .bad = on_bad_row,
        .bad_header = on_bad_header,
        .device_file = on_device_file_as_list,
    };
    struct serial_list_events mine = events;

    mine.context = work;
    work->rows = serial_list_new(&mine);
    bool fine = input_file_read(work->list.paths[0], feed_list, work, why);
    if (fine && !work->interrupted)
        serial_list_end(work->rows);
    serial_list_free(work->rows);
    return fine;
}

static bool read_log(struct work *work, struct text *why)
{
    const struct control_log_events events = {work, on_entry, on_broken, on_device_file_as_log};

    work->entries = control_log_new(&events);
    bool fine = input_file_read(work->logs.paths[work->log_number], feed_log, work, why);
    if (fine && !work->interrupted)
        control_log_end(work->entries);
    control_log_free(work->entries);
    return fine;
}

static void judge_apid(struct work *work, struct device *device)
{
    const char *apid = apids_text(&work->apids, device->apid);

    if ((device->flags & DEVICE_LOGGED) == 0 || strcmp(apid, work->result.apid) == 0)
        return;
    device->flags |= DEVICE_UNSOUND;
    if ((device->flags & DEVICE_TWO_APIDS) != 0)
        return;
    text_clear(&work->detail);
    if (apid[0] != '\0')
        excerpt_add(apid, strlen(apid), &work->detail);
    else
        text_puts(&work->detail, "another");
    text_puts(&work->detail, " instead of ");
    excerpt_add(work->result.apid, strlen(work->result.apid), &work->detail);
    work->log_number = device->file;
    tell_of_entry(work, FINDING_WRONG_APID, device->offset, &device->smsn, text_get(&work->detail));
}

static void judge_device(struct work *work, struct device *device)
{
    const unsigned in_list = DEVICE_LISTED | DEVICE_MENTIONED, in_log = DEVICE_LOGGED | DEVICE_LOGGED_BADLY;

    judge_apid(work, device);
    if ((device->flags & DEVICE_LISTED) != 0 && (device->flags & in_log) == 0)
        tell_of_row(work, FINDING_ONLY_IN_LIST, device->line, &device->smsn, "");
    else if ((device->flags & DEVICE_LOGGED) != 0 && (device->flags & in_list) == 0) {
        work->log_number = device->file;
        tell_of_entry(work, FINDING_ONLY_IN_LOG, device->offset, &device->smsn, "");
    } else if ((device->flags & (DEVICE_LISTED | DEVICE_LOGGED)) == (DEVICE_LISTED | DEVICE_LOGGED) &&
               (device->flags & DEVICE_UNSOUND) == 0)
        work->result.matched++;
}

static void conclude(struct work *work)
{
    struct reconciliation *result = &work->result;
    const char *apid = work->options->apid != NULL ? work->options->apid : apids_most(&work->apids);

    text_clear(&work->detail);
    text_puts(&work->detail, apid);
    memcpy(result->apid, text_get(&work->detail),
           work->detail.length < APID_SIZE ? work->detail.length : APID_SIZE - 1);
    for (size_t i = 0; i < work->devices.count; i++)
        judge_device(work, &work->devices.devices[i]);
    result->may_start = result->rows > 0;
    for (enum finding finding = 0; finding < FINDING_COUNT; finding++)
        if (result->findings[finding] > 0 && !finding_is_warning(finding))
            result->may_start = false;
}

static enum reconciliation_error read_all(struct work *work, struct text *why)
{
    if (!input_files_add(&work->list, work->options->list, why))
        return RECONCILIATION_CANNOT_READ;
    for (size_t i = 0; i < work->options->log_count; i++)
        if (!input_files_add(&work->logs, work->options->logs[i], why))
            return RECONCILIATION_CANNOT_READ;
    work->progress.bytes_all = work->list.bytes + work->logs.bytes;
    if (!read_list(work, why))
        return RECONCILIATION_CANNOT_READ;
    for (; work->log_number < work->logs.count && !work->interrupted; work->log_number++)
        if (!read_log(work, why))
            return RECONCILIATION_CANNOT_READ;
    return work->interrupted ? RECONCILIATION_INTERRUPTED : RECONCILIATION_OK;
}

enum reconciliation_error reconcile(const struct reconciliation_options *options, struct reconciliation *out,
                                    struct text *why)
{
    struct work work = {.options = options};

    device_table_init(&work.devices);
    apids_init(&work.apids);
    work.verifier = chain_verifier_new();
    for (enum chain_curve curve = CHAIN_ED25519; options->roots != NULL && curve <= CHAIN_P256; curve++)
        chain_verifier_trust(work.verifier, curve, &options->roots->keys[curve]);
    enum reconciliation_error error = read_all(&work, why);
    if (error == RECONCILIATION_OK) {
        conclude(&work);
        *out = work.result;
    }
    chain_verifier_free(work.verifier);
    apids_fini(&work.apids);
    device_table_fini(&work.devices);
    input_files_fini(&work.list);
    input_files_fini(&work.logs);
    text_fini(&work.detail);
    return error;
}
