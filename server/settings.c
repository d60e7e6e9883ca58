/* SPDX-License-Identifier: Apache-2.0 */
#include "server/settings.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/excerpt.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "ownership/product_settings.h"
#include "ownership/proof.h"
#include "server/http/client.h"
#include "server/http/cors.h"

#define SECOND 1000LL
#define DAY (86400 * SECOND)

static const struct config_key keys[] = {
    {"http", "listen", CONFIG_TEXT, "127.0.0.1:8080", 1, 256, NULL, false,
     "Address and port of the public pages and the API. :8080 listens on all addresses."},
    {"http", "admin_listen", CONFIG_TEXT, "127.0.0.1:9090", 0, 256, NULL, false,
     "Address and port of /livez, /readyz, /metrics and operators' calls. Empty: none. Keep it unreachable "
     "for the "
     "public."},
    {"http", "public_url", CONFIG_TEXT, "", 0, 256, NULL, false,
     "The portal's public address, without a slash at the end. status_url in the API starts with it, and "
     "labels with its host are accepted."},
    {"http", "trusted_proxies", CONFIG_TEXT, "", 0, 1024, NULL, false,
     "Networks of the reverse proxies whose X-Forwarded-For is trusted, such as 10.0.0.0/8."},
    {"http", "cors_origins", CONFIG_TEXT, "", 0, 2000, NULL, false,
     "Origins of your own pages whose scripts may use /api/v1/ in a browser, such as "
     "https://www.example.com, with spaces between. Without cookies."},
    {"http", "threads", CONFIG_INTEGER, "2", 1, 64, NULL, false, "Number of threads that serve HTTP."},
    {"http", "max_connections", CONFIG_INTEGER, "20000", 16, 1000000, NULL, false,
     "Maximum number of open connections."},
    {"http", "connections_per_client", CONFIG_INTEGER, "1000", 0, 1000000, NULL, false,
     "Maximum number of open connections of one address (IPv6: one /64 network); through trusted proxies, of "
     "its requests at a time. 0: no such limit; even then an address or a network has no more than "
     "are still free, or an equal part. Mobile carriers put thousands of people behind one address."},
    {"http", "request_timeout", CONFIG_DURATION, "15s", SECOND, 600 * SECOND, NULL, false,
     "Time limit for receiving a request, headers and body. Photographs get more time."},
    {"http", "idle_timeout", CONFIG_DURATION, "60s", SECOND, 3600 * SECOND, NULL, false,
     "How long a connection may be idle between requests."},
    {"http", "drain", CONFIG_DURATION, "0s", 0, 600 * SECOND, NULL, false,
     "How long the portal still takes requests after SIGTERM, while /readyz says 503, so that a proxy with "
     "several portals has time to switch to the others. 0: it takes no more requests."},
    {"http", "registrations_per_minute", CONFIG_INTEGER, "30", 0, 1000000, NULL, false,
     "Registrations, retries, cancellations and presses of the button \"It's on now\" per minute allowed "
     "from "
     "one address (IPv6: one /64 network). 0: no limit."},
    {"http", "open_claims_per_network", CONFIG_INTEGER, "20000", 0, 10000000, NULL, false,
     "Claims that may be open at a time from one network (IPv4 /24, IPv6 /48). Many people can share one, so "
     "this is only the last limit: long before it is reached, a network whose devices do not arrive waits "
     "behind others. 0: no limit."},

    {"labels", "decoders", CONFIG_INTEGER, "2", 0, 64, NULL, false,
     "Number of processes that read photographs of labels. 0: photographs are rejected, and people type the "
     "device ID."},
    {"labels", "pictures_per_minute", CONFIG_INTEGER, "240", 0, 1000000, NULL, false,
     "Pictures per minute allowed from one address (IPv6: one /64 network). 0: no limit. A browser that "
     "scans by sending pictures sends up to three a second."},
    {"labels", "hosts", CONFIG_TEXT, "", 0, 1024, NULL, false,
     "More hosts in the addresses on your labels, besides that of public_url. A label with any other host, "
     "or "
     "such an address that is typed, is reported as another maker's."},

    {"inventory", "code_key_file", CONFIG_PATH, "", 0, 0, NULL, false,
     "Key with which the codes concealed in your products' boxes are stored: 32 to 256 random bytes. "
     "expresslink-portal inventory new-key makes one. Keep it: without it no code fits any more. Empty: "
     "there are no codes."},

    {"store", "url", CONFIG_TEXT, "sqlite:/var/lib/expresslink-portal/portal.db", 1, 1024, NULL, false,
     "The database: sqlite:/path/to/file, or postgresql://USER@HOST/DATABASE with one or more hosts and "
     "libpq's options. Without a password."},
    {"store", "password_file", CONFIG_PATH, "", 0, 0, NULL, false,
     "File with the PostgreSQL password. It is read at each connect. Empty: no password."},
    {"store", "readers", CONFIG_INTEGER, "2", 1, 32, NULL, false,
     "Connections that only read. With them, pages, status and metrics never wait for a write."},
    {"store", "writers", CONFIG_INTEGER, "2", 1, 32, NULL, false,
     "Connections that write to PostgreSQL. SQLite always has one."},
    {"store", "timeout", CONFIG_DURATION, "5s", 100, 600 * SECOND, NULL, false,
     "Time limit of a PostgreSQL statement. A request whose statement takes longer is answered 503."},
    {"store", "replica", CONFIG_REMOVED, NULL, 0, 0, NULL, false,
     "is not used any more: remove it. Portals that share a database choose the one that publishes by "
     "themselves"},

    {"retention", "ended_claims", CONFIG_DURATION, "365d", 0, 36500 * DAY, NULL, false,
     "How long ended claims are kept, with their registrations and status pages. 0: forever."},
    {"retention", "contacts", CONFIG_DURATION, "90d", 0, 36500 * DAY, NULL, false,
     "How long names, e-mail addresses and answers are kept after the registration. Those of owners are kept "
     "while they own the product. 0: forever."},
    {"retention", "idempotency_keys", CONFIG_DURATION, "1d", 0, 36500 * DAY, NULL, false,
     "How long a repeated Idempotency-Key returns the first registration. 0: forever."},
    {"retention", "backups", CONFIG_DURATION, "0", 0, 36500 * DAY, NULL, false,
     "How long you keep backups: pages tell it to people whose data was erased. The portal deletes no backup "
     "itself. 0: pages say nothing about backups."},

    {"pages", "templates", CONFIG_PATH, "", 0, 0, NULL, false,
     "Folder with the page templates and message catalogues. Empty: those that came with the program."},
    {"pages", "static", CONFIG_PATH, "", 0, 0, NULL, false,
     "Folder with the style sheet, scripts and icon. Empty: those that came with the program."},
    {"pages", "language", CONFIG_TEXT, "en", 2, 16, NULL, false,
     "Language for people whose own language has no catalogue."},

    {"brand", "name", CONFIG_TEXT, "", 0, 60, NULL, false,
     "Name on every page. Empty: \"Product registration\", in the language of the page."},
    {"brand", "logo", CONFIG_PATH, "", 0, 0, NULL, false,
     "Logo beside the name: a PNG or SVG file of at most 256 KiB, shown 32 pixels high."},
    {"brand", "colour", CONFIG_TEXT, "", 0, 7, NULL, false,
     "Colour of buttons and links on light screens, such as #1f5fd6. Its contrast with the page and with "
     "white is checked: 4.5 to 1."},
    {"brand", "colour_dark", CONFIG_TEXT, "", 0, 7, NULL, false,
     "The same on dark screens, such as #8ab4ff."},
    {"brand", "support", CONFIG_TEXT, "", 0, 400, NULL, false,
     "Where people get help: https://... or mailto:..., a link on every page."},
    {"brand", "privacy", CONFIG_TEXT, "", 0, 400, NULL, false, "Your privacy notice, a link on every page."},
    {"brand", "imprint", CONFIG_TEXT, "", 0, 400, NULL, false,
     "Your imprint or legal notice, a link on every page."},
    {"brand", "network", CONFIG_CHOICE, "wifi", 0, 0, "wifi|cellular|none", false,
     "What your products connect by; the pages speak of it. none: they do not."},

    {"log", "level", CONFIG_CHOICE, "info", 0, 0, "debug|info|warn|error", false,
     "Lowest level that is logged. The log goes to standard error."},
    {"log", "format", CONFIG_CHOICE, "plain", 0, 0, "plain|json", false,
     "plain: lines for people. json: a JSON object per line."},
    {"log", "requests", CONFIG_BOOLEAN, "yes", 0, 0, NULL, false, "Log a line for every HTTP request."},
};

void settings_tables(struct config_table out[SETTINGS_TABLES])
{
    out[0] = (struct config_table){keys, sizeof keys / sizeof *keys};
    out[1] = claim_config_table;
    out[2] = product_config_table;
    out[3] = (struct config_table){sign_in_keys, SIGN_IN_KEYS};
}

static void report_network(struct config *config, const char *bad)
{
    TEXT struct text shown = TEXT_EMPTY;

    excerpt_add_bare(bad, strlen(bad), &shown);
    config_add_error(config, "http", "trusted_proxies", "%s is not a network such as 10.0.0.0/8",
                     text_get(&shown));
}

static void report_origin(struct config *config, const struct text *origin)
{
    TEXT struct text shown = TEXT_EMPTY;

    excerpt_add_bare(text_get(origin), origin->length, &shown);
    config_add_error(config, "http", "cors_origins",
                     "%s is no origin such as https://www.example.com: scheme, host and port, in lower case",
                     text_get(&shown));
}

static void check_http(struct config *config, const struct settings *settings)
{
    const char *bad = "";
    TEXT struct text origin = TEXT_EMPTY;
    struct client_networks *networks = client_networks_parse(settings->trusted_proxies, &bad);
    size_t length = strlen(settings->public_url);

    if (!networks)
        report_network(config, bad);
    client_networks_free(networks);
    if (!cors_origins_check(settings->cors_origins, &origin))
        report_origin(config, &origin);
    if (!length)
        return;
    if (strncmp(settings->public_url, "https://", 8) != 0 && strncmp(settings->public_url, "http://", 7) != 0)
        config_add_error(config, "http", "public_url", "must start with https:// or http://");
    else if (settings->public_url[length - 1] == '/')
        config_add_error(config, "http", "public_url", "must not end with a slash");
}

/* A password in the url would be shown by --print-config, process lists and logs. */
static void check_store(struct config *config, const struct settings *settings)
{
    const char *authority = strstr(settings->store.url, "://");
    const char *at = authority ? strchr(authority + 3, '@') : NULL;
    const char *colon = authority ? strchr(authority + 3, ':') : NULL;
    const char *slash = authority ? strchr(authority + 3, '/') : NULL;
    bool in_front = at && colon && colon < at && (!slash || at < slash);

    if (strncmp(settings->store.url, "sqlite:", 7) != 0 &&
        (in_front || strstr(settings->store.url, "password=")))
        config_add_error(config, "store", "url",
                         "must not contain a password; write it to a file and set password_file to its path");
}

static void add_brand_error(struct config *config, const char *name, bool fine, const struct text *why)
{
    if (!fine)
        config_add_error(config, "brand", name, "%s", text_get(why));
}

static void check_brand(struct config *config, const struct settings *settings)
{
    const struct page_brand *brand = &settings->brand;
    const struct {
        const char *name, *address;
    } links[] = {{"support", brand->support}, {"privacy", brand->privacy}, {"imprint", brand->imprint}};
    TEXT struct text light = TEXT_EMPTY;
    TEXT struct text dark = TEXT_EMPTY;
    TEXT struct text logo = TEXT_EMPTY;
    struct brand_logo loaded = {0};

    add_brand_error(config, "colour", brand_colour_check(brand->colour, false, &light), &light);
    add_brand_error(config, "colour_dark", brand_colour_check(brand->colour_dark, true, &dark), &dark);
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        TEXT struct text why = TEXT_EMPTY;
        add_brand_error(config, links[i].name, brand_link_check(links[i].address, &why), &why);
    }
    if (*settings->logo && access(settings->logo, R_OK) == 0) /* one that cannot be read is told already */
        add_brand_error(config, "logo", brand_logo_load(settings->logo, &loaded, &logo), &logo);
    free(loaded.bytes);
}

/* A file that cannot be read is told already. */
static void read_code_key(struct config *config, struct code_key *out)
{
    const char *path = config_text(config, "inventory", "code_key_file");
    OWNED char *bytes = NULL;
    size_t length = 0;

    if (!*path || access(path, R_OK))
        return;
    if (file_read(path, CODE_KEY_MAX + 2, &bytes, &length) || !code_key_read(bytes, length, out))
        config_add_error(config, "inventory", "code_key_file",
                         "must be a file with 32 to 256 random bytes, such as expresslink-portal inventory "
                         "new-key FILE makes");
}

/* Without the key no code fits, so such a product would never have an owner. */
static void check_code_proofs(struct config *config, const struct products *products)
{
    if (*config_text(config, "inventory", "code_key_file"))
        return;
    for (size_t i = 0; i < products->count; i++) {
        if (!(products->list[i].proofs & PROOF(PROOF_CODE)))
            continue;
        config_add_error(config, "inventory", "code_key_file",
                         "must be set, because [product.%s] has proof = code; expresslink-portal inventory "
                         "new-key FILE makes a key",
                         products->list[i].key);
        return;
    }
}

static enum log_level level_of(const char *name)
{
    static const char *const names[] = {"debug", "info", "warn", "error"};

    for (enum log_level level = LOG_DEBUG; level < LOG_ERROR; level++)
        if (strcmp(name, names[level]) == 0)
            return level;
    return LOG_ERROR;
}

bool settings_load_own(struct config *config, struct settings *out)
{
    *out = (struct settings){
        .listen = config_text(config, "http", "listen"),
        .admin_listen = config_text(config, "http", "admin_listen"),
        .public_url = config_text(config, "http", "public_url"),
        .cors_origins = config_text(config, "http", "cors_origins"),
        .trusted_proxies = config_text(config, "http", "trusted_proxies"),
        .threads = (unsigned)config_integer(config, "http", "threads"),
        .max_connections = (unsigned)config_integer(config, "http", "max_connections"),
        .connections_per_client = (unsigned)config_integer(config, "http", "connections_per_client"),
        .registrations_per_minute = (unsigned)config_integer(config, "http", "registrations_per_minute"),
        .open_claims_per_network = config_integer(config, "http", "open_claims_per_network"),
        .request_timeout_ms = config_integer(config, "http", "request_timeout"),
        .drain_ms = config_integer(config, "http", "drain"),
        .idle_timeout_ms = config_integer(config, "http", "idle_timeout"),
        .label_hosts = config_text(config, "labels", "hosts"),
        .label_decoders = (unsigned)config_integer(config, "labels", "decoders"),
        .pictures_per_minute = (unsigned)config_integer(config, "labels", "pictures_per_minute"),
        .store =
            {
                .url = config_text(config, "store", "url"),
                .password_file = config_text(config, "store", "password_file"),
                .writers = (unsigned)config_integer(config, "store", "writers"),
                .readers = (unsigned)config_integer(config, "store", "readers"),
                .timeout_ms = config_integer(config, "store", "timeout"),
            },
        .retention =
            {
                .ended_claims = config_integer(config, "retention", "ended_claims"),
                .contacts = config_integer(config, "retention", "contacts"),
                .idempotency_keys = config_integer(config, "retention", "idempotency_keys"),
            },
        .backups_kept_ms = config_integer(config, "retention", "backups"),
        .templates = config_text(config, "pages", "templates"),
        .static_files = config_text(config, "pages", "static"),
        .language = config_text(config, "pages", "language"),
        .brand =
            {
                .network = config_text(config, "brand", "network"),
                .account = "",
                .name = config_text(config, "brand", "name"),
                .logo = "",
                .colour = config_text(config, "brand", "colour"),
                .colour_dark = config_text(config, "brand", "colour_dark"),
                .support = config_text(config, "brand", "support"),
                .privacy = config_text(config, "brand", "privacy"),
                .imprint = config_text(config, "brand", "imprint"),
            },
        .logo = config_text(config, "brand", "logo"),
        .log_level = level_of(config_text(config, "log", "level")),
        .log_format = strcmp(config_text(config, "log", "format"), "json") == 0 ? LOG_JSON : LOG_PLAIN,
        .log_requests = config_boolean(config, "log", "requests"),
    };
    read_code_key(config, &out->code_key);
    check_http(config, out);
    check_store(config, out);
    check_brand(config, out);
    return config_error_count(config) == 0;
}

bool settings_load(struct config *config, struct settings *out)
{
    settings_load_own(config, out);
    bool claim_fine = claim_settings_load_partly(config, &out->claim);
    bool products_fine = product_settings_load(config, out->language, &out->claim, &out->products);
    check_code_proofs(config, &out->products);
    sign_in_config_load(config, out->public_url, &out->sign_in);
    out->brand.signs_in = sign_in_is_configured(&out->sign_in);
    out->brand.account = out->sign_in.label;
    return claim_fine && products_fine && config_error_count(config) == 0;
}

void settings_fini(struct settings *settings)
{
    product_settings_fini(&settings->products);
    claim_settings_fini(&settings->claim);
}
