/* SPDX-License-Identifier: Apache-2.0 */
/* Checks the files of one connection: trusted authorities, certificate and key. */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "account/doctor/doctor.h"
#include "account/doctor/validity.h"
#include "account/keys/certificate.h"
#include "account/keys/pem_file.h"
#include "account/keys/private_key.h"
#include "base/clock.h"
#include "base/key_mode.h"
#include "base/memory.h"

#define ROOT 0
#define CA_MEND                                                                                              \
    "Set ca_file to Amazon's root certificates in PEM form: AmazonRootCA1.pem from Amazon Trust Services, "  \
    "or Debian's /usr/share/ca-certificates/mozilla/Amazon_Root_CA_1.crt (package ca-certificates)."

struct credentials { /* NULL: not usable */
    struct certificate *certificate;
    struct private_key *key;
};

static bool is_staging(const struct doctor *doctor)
{
    return strcmp(doctor->kind, "staging") == 0;
}

/* The fix for an unreadable file: read permission, or the given text. */
static const char *mend_reading(const char *path, const char *otherwise, struct text *room)
{
    if (access(path, R_OK) == 0 || errno != EACCES)
        return otherwise;
    text_printf(room, "Let the user that the portal runs as (this is user %ld) read %s and its folder.",
                (long)geteuid(), path);
    return text_get(room);
}

/* The CA that is valid the longest; NULL: none is a CA. */
static const struct certificate *lasting_authority(struct certificate *const *all, size_t count,
                                                   size_t *found)
{
    const struct certificate *lasting = NULL;

    *found = 0;
    for (size_t i = 0; i < count; i++) {
        if (!certificate_is_authority(all[i]))
            continue;
        (*found)++;
        if (lasting == NULL || certificate_not_after_ms(all[i]) > certificate_not_after_ms(lasting))
            lasting = all[i];
    }
    return lasting;
}

static void judge_authorities(struct doctor *doctor, struct certificate *const *all, size_t count)
{
    TEXT struct text seen = TEXT_EMPTY;
    size_t found;
    const struct certificate *lasting = lasting_authority(all, count, &found);

    if (lasting == NULL) {
        certificate_subject_words(all[0], &seen);
        text_printf(&seen, " %s",
                    certificate_is_self_signed(all[0]) ? "is self-signed, basicConstraints CA:TRUE is missing"
                                                       : "is not a CA");
        doctor_tell(doctor, DOCTOR_FAILED, ".files.ca", text_get(&seen), CA_MEND);
        return;
    }
    if (found == 1)
        certificate_subject_words(lasting, &seen);
    else
        text_printf(&seen, "%zu CAs", found);
    text_puts(&seen, ", ");
    enum validity validity = validity_judge(lasting, clock_wall_ms(), &seen);
    if (validity == VALIDITY_GOOD)
        doctor_tell(doctor, DOCTOR_OK, ".files.ca", text_get(&seen), NULL);
    else if (validity == VALIDITY_ENDS_SOON)
        doctor_tell(doctor, DOCTOR_WARNING, ".files.ca", text_get(&seen), CA_MEND);
    else
        doctor_tell(doctor, DOCTOR_FAILED, ".files.ca", text_get(&seen),
                    validity == VALIDITY_ENDED ? CA_MEND
                                               : "Set this machine's clock if it is wrong. " CA_MEND);
}

static void check_authorities(struct doctor *doctor, const char *path)
{
    TEXT struct text why = TEXT_EMPTY, mend = TEXT_EMPTY;
    size_t count = 0;
    struct certificate **all = certificate_read_all(path, &count, &why);

    if (all == NULL) {
        doctor_tell(doctor, DOCTOR_FAILED, ".files.ca", text_get(&why), mend_reading(path, CA_MEND, &mend));
        return;
    }
    judge_authorities(doctor, all, count);
    certificate_free_all(all, count);
}

static bool is_same_file(const char *a, const char *b)
{
    struct stat one, other;

    return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

static bool holds(const char *path, enum pem_kind kind)
{
    OWNED char *pem = NULL;
    TEXT struct text ignored = TEXT_EMPTY;
    size_t length = 0;

    if (!pem_file_read(path, PEM_FILE_MAX, &pem, &length, &ignored))
        return false;
    bool does = pem_file_holds(pem, length, kind);
    explicit_bzero(pem, length);
    return does;
}

static bool holds_a_key(const char *path)
{
    return holds(path, PEM_KEY) || holds(path, PEM_ENCRYPTED_KEY);
}

static const char *mend_certificate(const struct doctor *doctor)
{
    return is_staging(doctor)
               ? "Set cert_file to the claim-thing's certificate, the one that was sent to AWS: "
                 "expresslink-claim "
                 "keygen and expresslink-claim account certificate make one."
               : "Set cert_file to the observer's certificate: expresslink-claim keygen --observer and "
                 "expresslink-claim account apply --observer-request make one.";
}

/* `openssl req -x509` makes CA certificates by default, and they work. */
static void judge_authority_as_own(struct doctor *doctor, const struct credentials *own)
{
    TEXT struct text seen = TEXT_EMPTY;
    bool is_own = own->key != NULL && certificate_belongs_to(own->certificate, own->key);

    certificate_subject_words(own->certificate, &seen);
    text_puts(&seen, " is a CA");
    doctor_tell(
        doctor, is_own ? DOCTOR_WARNING : DOCTOR_FAILED, ".files.certificate", text_get(&seen),
        is_own ? "Nothing while it connects; the next certificate should have CA:FALSE, as expresslink-claim "
                 "makes them."
               : mend_certificate(doctor));
}

static void check_certificate(struct doctor *doctor, const struct account_connection *connection,
                              const struct credentials *own, const char *why)
{
    TEXT struct text seen = TEXT_EMPTY, mend = TEXT_EMPTY;
    const char *path = connection->cert_file;

    if (own->certificate == NULL) {
        doctor_tell(doctor, DOCTOR_FAILED, ".files.certificate", why,
                    mend_reading(path, mend_certificate(doctor), &mend));
        return;
    }
    if (certificate_is_authority(own->certificate)) {
        judge_authority_as_own(doctor, own);
        return;
    }
    if (!is_same_file(path, connection->key_file) && holds_a_key(path)) {
        text_printf(&seen, "%s also holds a private key", path);
        text_printf(&mend, "Remove the private key from %s: certificates are shown and sent to others.",
                    path);
        doctor_tell(doctor, DOCTOR_WARNING, ".files.certificate", text_get(&seen), text_get(&mend));
        return;
    }
    certificate_subject_words(own->certificate, &seen);
    doctor_tell(doctor, DOCTOR_OK, ".files.certificate", text_get(&seen), NULL);
}

static void check_validity(struct doctor *doctor, const struct certificate *certificate)
{
    static const enum doctor_level levels[] = {[VALIDITY_GOOD] = DOCTOR_OK,
                                               [VALIDITY_ENDS_SOON] = DOCTOR_WARNING,
                                               [VALIDITY_ENDED] = DOCTOR_FAILED,
                                               [VALIDITY_NOT_YET] = DOCTOR_FAILED};
    TEXT struct text seen = TEXT_EMPTY;

    if (certificate == NULL) {
        doctor_tell(doctor, DOCTOR_SKIPPED, ".files.validity", "there is no certificate to check", NULL);
        return;
    }
    enum validity validity = validity_judge(certificate, clock_wall_ms(), &seen);
    const char *renew =
        is_staging(doctor)
            ? "Make another key and certificate: expresslink-claim keygen --name NAME, then "
              "expresslink-claim "
              "account certificate NAME.csr; send NAME.pem to your AWS contact, and set key_file and "
              "cert_file "
              "to the new ones when the staging account knows them."
            : "Make another key and certificate: expresslink-claim keygen --observer --name NAME, then "
              "expresslink-claim account apply --observer-request NAME.csr, and set key_file and cert_file "
              "to them.";
    if (validity == VALIDITY_NOT_YET)
        renew = "Set this machine's clock if it is wrong; otherwise wait until then.";
    doctor_tell(doctor, levels[validity], ".files.validity", text_get(&seen),
                validity == VALIDITY_GOOD ? NULL : renew);
}

static void check_key(struct doctor *doctor, const char *path, const struct private_key *key, const char *why)
{
    TEXT struct text seen = TEXT_EMPTY, mend = TEXT_EMPTY;

    if (key != NULL) {
        private_key_words(key, &seen);
        bool suits = private_key_suits_aws(key);
        doctor_tell(doctor, suits ? DOCTOR_OK : DOCTOR_FAILED, ".files.key", text_get(&seen),
                    suits
                        ? NULL
                        : "AWS IoT accepts RSA from 2048 bits, P-256, P-384 and P-521: make another key and "
                          "certificate with expresslink-claim keygen --name NAME.");
    } else if (holds(path, PEM_ENCRYPTED_KEY)) {
        text_printf(&seen, "%s has a pass phrase, which the portal cannot enter when it starts", path);
        text_printf(&mend,
                    "Make one without: (umask 077 && openssl pkey -in %s -out NEW.key), and set key_file "
                    "to it.",
                    path);
        doctor_tell(doctor, DOCTOR_FAILED, ".files.key", text_get(&seen), text_get(&mend));
    } else
        doctor_tell(doctor, DOCTOR_FAILED, ".files.key", why,
                    mend_reading(path,
                                 "Set key_file to the private key in PEM form, as expresslink-claim keygen "
                                 "made it; if it is lost, make another key and a new certificate with it.",
                                 &mend));
}

static void check_pair(struct doctor *doctor, const struct account_connection *connection,
                       const struct credentials *own)
{
    TEXT struct text seen = TEXT_EMPTY;

    if (own->certificate == NULL || own->key == NULL)
        doctor_tell(doctor, DOCTOR_SKIPPED, ".files.pair", "one of them cannot be used", NULL);
    else if (certificate_belongs_to(own->certificate, own->key))
        doctor_tell(doctor, DOCTOR_OK, ".files.pair", NULL, NULL);
    else {
        text_printf(&seen, "%s is the certificate of another key than %s", connection->cert_file,
                    connection->key_file);
        doctor_tell(doctor, DOCTOR_FAILED, ".files.pair", text_get(&seen),
                    "Set key_file and cert_file to files that belong together (expresslink-claim keygen "
                    "gives them the same name).");
    }
}

static enum doctor_level judge_mode(const struct key_mode *mode, const char *path, struct text *seen,
                                    struct text *mend)
{
    enum key_readers readers = key_mode_readers(mode);

    text_printf(seen, "mode %04o", (unsigned)(mode->mode & 07777));
    if (readers != KEY_READERS_NONE) {
        text_printf(seen, ": %s", key_readers_name(readers));
        text_printf(mend, "chmod 600 %s", path);
        return DOCTOR_FAILED;
    }
    if (mode->owner != mode->user && mode->owner != ROOT) {
        text_printf(seen, ", but it belongs to user %ld, and this is user %ld", (long)mode->owner,
                    (long)mode->user);
        text_printf(mend,
                    "Run this as the user that the portal runs as. If that is so: chown %ld %s, as its "
                    "owner can read and change it.",
                    (long)mode->user, path);
        return DOCTOR_WARNING;
    }
    return DOCTOR_OK;
}

static void check_mode(struct doctor *doctor, const char *path)
{
    TEXT struct text seen = TEXT_EMPTY, mend = TEXT_EMPTY;
    struct stat status;

    if (stat(path, &status) != 0) {
        doctor_tell(doctor, DOCTOR_SKIPPED, ".files.mode", "there is no key to check", NULL);
        return;
    }
    const struct key_mode mode = {status.st_mode, status.st_uid, status.st_gid, geteuid()};
    enum doctor_level level = judge_mode(&mode, path, &seen, &mend);
    doctor_tell(doctor, level, ".files.mode", text_get(&seen), text_get(&mend));
}

void doctor_files(struct doctor *doctor, const char *kind, const struct account_connection *connection)
{
    TEXT struct text no_certificate = TEXT_EMPTY, no_key = TEXT_EMPTY;
    struct credentials own = {
        .certificate = certificate_read(connection->cert_file, &no_certificate),
        .key = private_key_read(connection->key_file, &no_key),
    };
    (void)kind;

    check_authorities(doctor, connection->ca_file);
    check_certificate(doctor, connection, &own, text_get(&no_certificate));
    check_validity(doctor, own.certificate);
    check_key(doctor, connection->key_file, own.key, text_get(&no_key));
    check_pair(doctor, connection, &own);
    check_mode(doctor, connection->key_file);
    doctor->has_own = own.certificate != NULL && own.key != NULL && private_key_suits_aws(own.key) &&
                      certificate_belongs_to(own.certificate, own.key);
    certificate_free(own.certificate);
    private_key_free(own.key);
}
