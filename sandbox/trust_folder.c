/* SPDX-License-Identifier: Apache-2.0 */
#include "sandbox/trust_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sandbox/mosquitto_api.h"
#include "sandbox/peer_certificate.h"

#define SAME_SUBJECT_MAX 10000

struct trust_folder {
    int folder;
    void *ids; /* tree of char *, owned: the ids in the folder */
};

bool trust_without_issuer(void)
{
    /* The parameters that OpenSSL uses first to verify a client. mosquitto offers no other access to them. */
    X509_VERIFY_PARAM *parameters = X509_VERIFY_PARAM_new();

    if (parameters && X509_VERIFY_PARAM_set1_name(parameters, "ssl_client") &&
        X509_VERIFY_PARAM_set_purpose(parameters, X509_PURPOSE_SSL_CLIENT) &&
        X509_VERIFY_PARAM_set_trust(parameters, X509_TRUST_SSL_CLIENT) &&
        X509_VERIFY_PARAM_set_flags(parameters, X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST) &&
        X509_VERIFY_PARAM_add0_table(parameters))
        return true;
    X509_VERIFY_PARAM_free(parameters);
    return false;
}

static bool is_hashed(const char *name)
{
    size_t digits = strspn(name, "0123456789abcdef");

    return digits == 8 && name[8] == '.' && strspn(name + 9, "0123456789") == strlen(name + 9);
}

static bool empty(int folder)
{
    int copy = dup(folder);
    DIR *listing = copy < 0 ? NULL : fdopendir(copy);

    if (!listing)
        return false;
    for (const struct dirent *entry = readdir(listing); entry; entry = readdir(listing))
        if (is_hashed(entry->d_name))
            unlinkat(folder, entry->d_name, 0);
    closedir(listing);
    return true;
}

struct trust_folder *trust_folder_open(const char *path)
{
    struct trust_folder *folder = calloc(1, sizeof *folder);

    if (!folder)
        return NULL;
    folder->folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder->folder >= 0 && empty(folder->folder))
        return folder;
    trust_folder_close(folder);
    return NULL;
}

void trust_folder_close(struct trust_folder *folder)
{
    if (!folder)
        return;
    tdestroy(folder->ids, free);
    if (folder->folder >= 0)
        close(folder->folder);
    free(folder);
}

static int compare_ids(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* Returns false if the id is known already. */
static bool remember(struct trust_folder *folder, const char *id)
{
    char *copy = strdup(id);
    char **place = copy ? tsearch(copy, &folder->ids, compare_ids) : NULL;

    if (place && *place == copy)
        return true;
    free(copy);
    return false;
}

/* Creates the file name by which OpenSSL finds certificates of that subject. */
static int create(const struct trust_folder *folder, const X509 *certificate)
{
    char name[32];

    for (int i = 0; i < SAME_SUBJECT_MAX; i++) {
        snprintf(name, sizeof name, "%08lx.%d",
                 X509_NAME_hash_ex(X509_get_subject_name(certificate), NULL, NULL, NULL), i);
        int file = openat(folder->folder, name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
        if (file >= 0 || errno != EEXIST)
            return file;
    }
    return -1;
}

static bool write_pem(const struct trust_folder *folder, X509 *certificate)
{
    int file = create(folder, certificate);
    FILE *stream = file < 0 ? NULL : fdopen(file, "w");

    if (!stream) {
        if (file >= 0)
            close(file);
        return false;
    }
    bool written = PEM_write_X509(stream, certificate) == 1;
    return fclose(stream) == 0 && written;
}

void trust_folder_add(struct trust_folder *folder, const char *id, const char *pem)
{
    /* There may be thousands: known ones are not parsed again. */
    X509 *certificate = remember(folder, id) ? certificate_parse(pem) : NULL;

    if (certificate && !write_pem(folder, certificate))
        mosquitto_log_printf(BROKER_ERROR, "account: cannot write certificate %s, which is to be trusted",
                             id);
    X509_free(certificate);
}
