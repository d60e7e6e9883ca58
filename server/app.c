/* SPDX-License-Identifier: Apache-2.0 */
#include "server/app.h"

#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "claim/connection_files.h"
#include "server/data_folder.h"
#include "server/housekeeping.h"
#include "server/http/http.h"
#include "server/onboarding/dispatcher.h"
#include "server/onboarding/watcher.h"
#include "server/portal/portal.h"
#include "server/portal/problem.h"
#include "server/portal/product_proofs.h"
#include "server/portal/task.h"
#include "server/process_limits.h"
#include "server/public/assets.h"
#include "server/public/form.h"
#include "server/public/product_pictures.h"
#include "server/routes.h"
#include "server/store/store_clock.h"

#define LOOPBACK "127.0.0.0/8 ::1"
/* Longer than the work of a request usually takes; people do not notice it. */
#define PACE_MS 50
#define DAY_MS 86400000LL
#define DRAIN_MS 20000
#define WARN_EVERY_MS 5000
/* Pictures that wait to be read. */
#define PICTURES_MAX 64
/* For pictures that are received, wait, or are read. */
#define BODY_MEMORY ((size_t)160 << 20)
/* A person who waits longer for a picture has tried again. */
#define PICTURE_WAIT_MS 8000
#define ADMIN_CONNECTIONS 64
/* Store, accounts, decoders, certificates, listeners, and what listeners have beyond their connections. */
#define OTHER_FILES (ADMIN_CONNECTIONS + 2 * HTTP_SPARE_CONNECTIONS + 68)

struct app {
    const struct settings *settings;
    struct portal portal;
    struct page_brand brand;
    _Atomic(struct watcher *)
        running_watcher; /* NULL until it runs; the dispatcher's thread may read it before */
    struct http_server *admin_server;
    struct identifier_form *label_forms; /* borrowed from the settings */
    struct store_options store_options;
    struct owners_rules owners;
    struct housekeeping *housekeeping;
    bool (*interrupted)(void);
    bool started;
    long long next_warning;   /* monotonic ms */
    struct process_room room; /* for clients */
};

static bool watcher_ready(void *context)
{
    struct watcher *watcher = atomic_load(&((struct app *)context)->running_watcher);

    return watcher && watcher_is_settled(watcher);
}

static void arrived(void *context, long long claim_id)
{
    dispatcher_forget(context, claim_id);
}

/* Adds the configured folder, or the one that came with the program. */
static void folder_of(const char *configured, const char *name, struct text *out)
{
    if (*configured)
        text_puts(out, configured);
    else
        data_folder(name, out);
}

/* Files that are not in the folder. */
struct more_files {
    struct assets_file *list;
    size_t count;
};

static void add_more(struct more_files *more, const char *name, const char *bytes, size_t length)
{
    more->list = memory_grow(more->list, more->count + 1, sizeof *more->list);
    more->list[more->count++] = (struct assets_file){memory_string(name), bytes, length};
}

static void more_files_fini(struct more_files *more)
{
    for (size_t i = 0; i < more->count; i++)
        free((char *)more->list[i].name);
    free(more->list);
}

/* Reads the static files together with those of the brand and of the products. */
static bool load_files(const struct settings *settings, struct page_brand *brand, const char *folder,
                       struct assets **assets, struct text *why)
{
    struct more_files more = {NULL, 0};
    struct brand_logo logo = {0};
    TEXT struct text style = TEXT_EMPTY;

    *brand = settings->brand;
    brand_style(brand, &style);
    if (*settings->logo && !brand_logo_load(settings->logo, &logo, why))
        return false;
    if (style.length)
        add_more(&more, BRAND_STYLE_NAME, text_get(&style), style.length);
    if (*settings->logo) {
        add_more(&more, logo.name, logo.bytes, logo.length);
        brand->logo = logo.name;
        brand->logo_width = logo.shown_width;
    }
    product_pictures_add(&settings->products, &more.list, &more.count);
    *assets = assets_load(folder, more.list, more.count, why);
    more_files_fini(&more);
    free(logo.bytes);
    return *assets != NULL;
}

static bool load_pages(struct app *app, struct text *why)
{
    const struct settings *settings = app->settings;
    struct portal *portal = &app->portal;
    TEXT struct text files = TEXT_EMPTY;
    TEXT struct text templates = TEXT_EMPTY;
    OWNED char *error = NULL;

    folder_of(settings->static_files, "static", &files);
    if (!load_files(settings, &app->brand, text_get(&files), &portal->assets, why))
        return false;
    folder_of(settings->templates, "templates", &templates);
    portal->pages = pages_load(text_get(&templates), settings->language, assets_version(portal->assets),
                               &app->brand, &error);
    if (!portal->pages) {
        text_puts(why, error);
        return false;
    }
    form_prepare(portal);
    return true;
}

static bool start_onboarding(struct app *app, struct text *why)
{
    struct portal *portal = &app->portal;
    struct dispatcher_options dispatching = {
        .settings = &app->settings->claim,
        .store = portal->store,
        .ready = watcher_ready,
        .context = app,
    };

    dispatching.leadership = portal->leadership = leadership_new(&app->settings->claim, portal->store);
    portal->dispatcher = dispatcher_start(&dispatching, why);
    if (!portal->dispatcher)
        return false;
    struct watcher_options watching = {
        .settings = &app->settings->claim,
        .store = portal->store,
        .leadership = portal->leadership,
        .arrived = arrived,
        .context = portal->dispatcher,
    };
    portal->watcher = watcher_start(&watching, why);
    atomic_store(&app->running_watcher, portal->watcher);
    return portal->watcher && leadership_start(portal->leadership, why);
}

static struct http_server *start_server(struct app *app, enum http_side side, struct text *why)
{
    const struct settings *settings = app->settings;
    struct http_options options = {
        .listen = side == HTTP_PUBLIC ? settings->listen : settings->admin_listen,
        .side = side,
        .routes = routes,
        .route_count = route_count,
        .threads = side == HTTP_PUBLIC ? settings->threads : 1,
        .max_connections = side == HTTP_PUBLIC ? app->room.connections : ADMIN_CONNECTIONS,
        .connections_per_client = side == HTTP_PUBLIC ? settings->connections_per_client : 0,
        .body_memory = app->room.body_memory,
        .request_timeout_ms = settings->request_timeout_ms,
        .idle_timeout_ms = settings->idle_timeout_ms,
        /* The admin side accepts erasures from this machine only: no other machine may name another client,
         * and a proxy on this machine must not hide its clients. */
        .public_url = settings->public_url,
        .cors_origins = settings->cors_origins,
        .trusted_proxies = side == HTTP_PUBLIC ? settings->trusted_proxies : LOOPBACK,
        .log_requests = settings->log_requests && side == HTTP_PUBLIC,
        .error_answer = problem_answer,
        .app = &app->portal,
        .take = task_submit,
        .take_context = &app->portal.tasks,
    };

    return http_server_start(&options, why);
}

/* Starts the admin listener last: /metrics reads the counts of the public one. */
static bool start_servers(struct app *app, struct text *why)
{
    app->portal.public_server = start_server(app, HTTP_PUBLIC, why);
    if (!app->portal.public_server)
        return false;
    log_event(LOG_INFO, "portal.listening", "address", http_server_address(app->portal.public_server), NULL);
    if (!*app->settings->admin_listen)
        return true;
    app->admin_server = start_server(app, HTTP_ADMIN, why);
    if (!app->admin_server)
        return false;
    log_event(LOG_INFO, "portal.admin_listening", "address", http_server_address(app->admin_server), NULL);
    return true;
}

/* The portal also starts without decoders: only photographs do not work then. */
static void start_decoders(struct app *app)
{
    struct portal *portal = &app->portal;
    TEXT struct text why = TEXT_EMPTY;
    struct decode_pool_options options = {
        .processes = app->settings->label_decoders, .waiting_max = PICTURES_MAX, .wait_ms = PICTURE_WAIT_MS};

    portal->picture_limiter = limiter_new(app->settings->pictures_per_minute);
    portal->wants_decoders = options.processes > 0;
    if (!options.processes)
        return;
    portal->decoders = decode_pool_start(&options, &why);
    if (!portal->decoders)
        log_event(LOG_ERROR, "portal.decoders_failed", "reason", text_get(&why), NULL);
}

/* Called again and again while the database cannot be reached. Returns false to give up: SIGTERM or SIGINT
 * has arrived. */
static bool wait_for_store(void *context, const char *why)
{
    struct app *app = context;
    long long now = clock_monotonic_ms();

    if (now >= app->next_warning)
        log_event(LOG_WARN, "store.connect_failed", "reason", why, NULL);
    if (now >= app->next_warning)
        app->next_warning = now + WARN_EVERY_MS;
    return !app->interrupted || !app->interrupted();
}

static enum store_error synchronize_clock(struct store_tx *tx, void *argument)
{
    (void)argument;
    return store_clock_start(tx);
}

static bool open_store(struct app *app, struct text *why)
{
    app->store_options = app->settings->store;
    app->owners = product_proofs(&app->settings->products);
    app->store_options.owners = &app->owners;
    app->store_options.wait = wait_for_store;
    app->store_options.context = app;
    if (store_open(&app->store_options, &app->portal.store, why) != STORE_OK)
        return false;
    if (store_call(app->portal.store, synchronize_clock, NULL, false) != STORE_OK) {
        text_puts(why, "the store does not answer");
        return false;
    }
    app->portal.tasks = (struct task_queue){.store = app->portal.store};
    if (products_ask_for_proof(&app->settings->products))
        app->portal.tasks.pacer = pacer_start(PACE_MS);
    app->portal.waiting = waiting_new(&app->settings->claim, app->settings->open_claims_per_network);
    app->housekeeping = housekeeping_start(app->portal.store, &app->settings->retention, app->portal.waiting);
    if (!app->housekeeping)
        text_puts(why, "the housekeeping thread cannot be started");
    return app->housekeeping != NULL;
}

static bool start_signing_in(struct app *app, struct text *why)
{
    struct portal *portal = &app->portal;

    if (!sign_in_is_configured(portal->sign_in))
        return true;
    portal->identity = identity_start(portal->sign_in, portal->store, why);
    return portal->identity != NULL;
}

static bool start_all(struct app *app, struct text *why)
{
    const struct process_room wanted = {app->settings->max_connections, BODY_MEMORY};

    if (!process_limits_room(&wanted, OTHER_FILES, &app->room, why))
        return false;
    if (!load_pages(app, why) || !open_store(app, why))
        return false;
    app->portal.limiter = limiter_new(app->settings->registrations_per_minute);
    start_decoders(app);
    return start_signing_in(app, why) && start_onboarding(app, why) && start_servers(app, why);
}

static void describe_labels(struct app *app)
{
    const struct claim_settings *claim = &app->settings->claim;

    app->label_forms = memory_new(claim->staging_count, sizeof *app->label_forms);
    for (size_t i = 0; i < claim->staging_count; i++)
        app->label_forms[i] = claim->staging[i].form;
    app->portal.labels = (struct label_origin){app->settings->public_url, app->settings->label_hosts,
                                               app->label_forms, claim->staging_count};
}

static void warn_of_key(void *context, const char *sentence)
{
    (void)context;
    log_event(LOG_WARN, "key.exposed", "reason", sentence, NULL);
}

struct app *app_start(const struct settings *settings, bool (*interrupted)(void), struct text *why)
{
    struct app *app = memory_new(1, sizeof *app);

    app->interrupted = interrupted;
    app->settings = settings;
    app->portal.settings = &settings->claim;
    app->portal.code_key = &settings->code_key;
    app->portal.products = &settings->products;
    app->portal.public_url = settings->public_url;
    app->portal.sign_in = &settings->sign_in;
    app->portal.backup_days = (unsigned)((settings->backups_kept_ms + DAY_MS - 1) / DAY_MS);
    describe_labels(app);
    connection_files_exposed(&settings->claim, warn_of_key, NULL);
    app->portal.started_at = clock_wall_ms();
    app->started = start_all(app, why);
    if (app->started)
        return app;
    app_stop(app);
    return NULL;
}

/* If the store does not answer, the requests in flight were not accepted. A clean stop is not possible then,
 * so the process exits. */
static void drain(struct http_server *server)
{
    if (!server || http_server_drain(server, DRAIN_MS))
        return;
    log_event(LOG_ERROR, "portal.drain_failed", "reason",
              "the store does not answer; requests in flight are dropped", NULL);
    _exit(EXIT_FAILURE);
}

/* Still serves, so that no request is refused before proxies have noticed. */
static void retire(const struct app *app)
{
    long long ms = app->settings->drain_ms;

    if (!ms || !app->started)
        return;
    http_server_retire(app->portal.public_server);
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

void app_reload(struct app *app)
{
    dispatcher_reconnect(app->portal.dispatcher);
    watcher_reconnect(app->portal.watcher);
}

void app_stop(struct app *app)
{
    struct portal *portal = &app->portal;

    atomic_store(&portal->draining, true);
    retire(app);
    drain(portal->public_server);
    drain(app->admin_server);
    http_server_stop(app->admin_server);
    http_server_stop(portal->public_server);
    if (portal->dispatcher)
        dispatcher_stop(portal->dispatcher);
    watcher_stop(portal->watcher);
    dispatcher_free(portal->dispatcher);
    leadership_stop(portal->leadership);
    identity_stop(portal->identity);
    housekeeping_stop(app->housekeeping);
    store_close(portal->store);
    pacer_stop(portal->tasks.pacer);
    decode_pool_stop(portal->decoders);
    limiter_free(portal->picture_limiter);
    limiter_free(portal->limiter);
    waiting_free(portal->waiting);
    pages_free(portal->pages);
    assets_free(portal->assets);
    free(app->label_forms);
    free(app);
}
