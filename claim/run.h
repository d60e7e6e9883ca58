/* SPDX-License-Identifier: Apache-2.0 */
/* Claims devices without a portal: connects, publishes, and optionally waits until they have arrived. For
 * scripts and for staff at a terminal; the portal uses server/onboarding.
 *
 * It connects as the configured claim-thing, and so must not run beside a portal with the same client id:
 * each would drop the other's connection again and again (IoT limits: the older of two equal client ids is
 * dropped). The observer's client id gets the suffix "-claim", so the portal's session with the OEM account
 * is not affected. */
#ifndef CLAIM_RUN_H
#define CLAIM_RUN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>

#include "claim/settings.h"

/* One device. The caller fills in names; claim_run() sets the rest, valid after it returns. */
struct claim_device {
    /* The name in the form of each staging account, by index in the settings; "" where the form does not
     * match. At least one is set. */
    char names[CLAIM_STAGING_MAX][IDENTIFIER_SIZE];
    unsigned published;  /* PUBACKs received */
    bool provisioned;    /* thing created in the OEM account */
    bool connected;      /* seen connecting to the OEM account */
    bool already_online; /* it was connected before: only a portal knows */
    bool refused;        /* every staging account dropped the connection because of it */
};

enum claim_news_kind {
    CLAIM_NEWS_STAGING_UP,     /* account */
    CLAIM_NEWS_STAGING_DOWN,   /* account, reason */
    CLAIM_NEWS_OBSERVER_UP,    /* account: the endpoint's key; subscribed */
    CLAIM_NEWS_OBSERVER_DOWN,  /* account, reason */
    CLAIM_NEWS_PUBLISHED,      /* device, account */
    CLAIM_NEWS_PROVISIONED,    /* device, account */
    CLAIM_NEWS_CONNECTED,      /* device, account */
    CLAIM_NEWS_REFUSED,        /* device, account */
    CLAIM_NEWS_PORTAL,         /* reason: the address of the portal that claims instead */
    CLAIM_NEWS_ALREADY_ONLINE, /* device, account: the portal has seen it connect before */
    CLAIM_NEWS_TIME,           /* about once a second, to update a clock */
};

struct claim_news {
    enum claim_news_kind kind;
    const char *account;               /* borrowed */
    const char *reason;                /* borrowed, for people */
    const struct claim_device *device; /* borrowed */
    long long elapsed_ms;              /* since the start */
};

struct claim_run_options {
    const struct claim_settings *settings;
    const struct oem_endpoint *endpoint;
    struct claim_device *devices;
    size_t device_count;
    bool wait; /* wait until every device has arrived; needs endpoint->observed */
    long long timeout_ms;
    void (*news)(void *context, const struct claim_news *news); /* on the caller's thread */
    void *context;
    const atomic_int *interrupted; /* nonzero: stop */
};

enum claim_run_result {
    CLAIM_RUN_DONE,        /* all published; with wait: all arrived */
    CLAIM_RUN_NOT_ARRIVED, /* published, but timed out before all arrived */
    CLAIM_RUN_UNREACHABLE, /* timed out before all were published */
    CLAIM_RUN_REFUSED,     /* every staging account rejected a device */
    CLAIM_RUN_INTERRUPTED,
    CLAIM_RUN_BROKEN, /* cannot use a certificate or key; the log names it */
};

/* Blocks until it ends. Call mqtt_library_init() once before. */
enum claim_run_result claim_run(const struct claim_run_options *options) __attribute__((warn_unused_result));

#endif
