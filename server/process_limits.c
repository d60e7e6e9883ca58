/* SPDX-License-Identifier: Apache-2.0 */
#include "server/process_limits.h"

#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"

#define MEBIBYTE ((size_t)1 << 20)

#define CONNECTIONS_MIN 16
/* The portal has 34 MiB with nothing to do, its threads' stacks of STACK_SIZE included. */
#define OWN_MEMORY (64 * MEBIBYTE)
#define CONNECTION_MEMORY ((size_t)20 << 10)
/* The least for bodies: a client gets half of it, and a photograph may have 10 MiB. */
#define BODY_MEMORY_MIN (21 * MEBIBYTE)
#define MEMORY_MIN (OWN_MEMORY + BODY_MEMORY_MIN + CONNECTIONS_MIN * CONNECTION_MEMORY)
#define STACK_SIZE (512 << 10)
/* Less than one part in so many is short. */
#define SHORT_PART 16

/* 0: no limit. */
static size_t limit_of(int resource)
{
    struct rlimit limit;

    return getrlimit((__rlimit_resource_t)resource, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY
               ? (size_t)limit.rlim_cur
               : 0;
}

static void raise_file_limit(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

void process_limits_prepare(void)
{
    pthread_attr_t attributes;

    raise_file_limit();
    if (!limit_of(RLIMIT_AS))
        return;
    mallopt(M_ARENA_MAX, 1); /* each has 64 MiB of address space */
    if (pthread_attr_init(&attributes) != 0)
        return;
    pthread_attr_setstacksize(&attributes, STACK_SIZE);
    pthread_setattr_default_np(&attributes);
    pthread_attr_destroy(&attributes);
}

static bool room_for_files(unsigned reserved, struct process_room *room, struct text *why)
{
    size_t files = limit_of(RLIMIT_NOFILE);
    unsigned wanted = room->connections;

    if (!files || files >= (size_t)wanted + reserved)
        return true;
    if (files < (size_t)reserved + CONNECTIONS_MIN) {
        text_printf(why,
                    "this process may open %zu files; it needs at least %u. Raise the limit (ulimit -n, "
                    "LimitNOFILE= in systemd, --ulimit nofile in Docker)",
                    files, reserved + CONNECTIONS_MIN);
        return false;
    }
    room->connections = (unsigned)files - reserved;
    log_event(LOG_INFO, "http.connections_limited", "max_connections", LOG_NUMBER(wanted), "allowed",
              LOG_NUMBER(room->connections), "open_files", LOG_NUMBER(files), NULL);
    return true;
}

static bool room_for_memory(struct process_room *room, struct text *why)
{
    size_t memory = limit_of(RLIMIT_AS);
    unsigned wanted = room->connections;

    if (!memory || memory >= OWN_MEMORY + room->body_memory + wanted * CONNECTION_MEMORY)
        return true;
    if (memory < MEMORY_MIN) {
        text_printf(
            why,
            "this process may use %zu MiB of address space; it needs at least %zu. Raise the limit (ulimit "
            "-v, LimitAS= in systemd)",
            memory / MEBIBYTE, MEMORY_MIN / MEBIBYTE + 1);
        return false;
    }
    size_t half = (memory - OWN_MEMORY) / 2;
    size_t bodies = half > BODY_MEMORY_MIN ? half : BODY_MEMORY_MIN;
    room->body_memory = bodies < room->body_memory ? bodies : room->body_memory;
    size_t connections = (memory - OWN_MEMORY - room->body_memory) / CONNECTION_MEMORY;
    room->connections = connections < wanted ? (unsigned)connections : wanted;
    log_event(LOG_INFO, "portal.memory_limited", "address_space_mib", LOG_NUMBER(memory / MEBIBYTE),
              "connections", LOG_NUMBER(room->connections), "body_memory_mib",
              LOG_NUMBER(room->body_memory / MEBIBYTE), NULL);
    return true;
}

bool process_limits_room(const struct process_room *wanted, unsigned reserved_files, struct process_room *out,
                         struct text *why)
{
    struct process_room room = *wanted;

    if (!room_for_files(reserved_files, &room, why) || !room_for_memory(&room, why))
        return false;
    *out = room;
    return true;
}

/* 0: not known. */
static size_t address_space_used(void)
{
    FILE *file = fopen("/proc/self/statm", "re");
    char line[128] = "";

    if (!file)
        return 0;
    if (!fgets(line, sizeof line, file))
        *line = '\0';
    fclose(file);
    return strtoul(line, NULL, 10) * (size_t)sysconf(_SC_PAGESIZE);
}

bool process_limits_are_short(struct text *why)
{
    size_t memory = limit_of(RLIMIT_AS);
    int file = dup(STDERR_FILENO);
    int error = errno;

    if (file >= 0)
        close(file);
    if (file < 0 && (error == EMFILE || error == ENFILE)) {
        text_puts(why, error == EMFILE ? "all files that this process may open are open"
                                       : "all files that the machine may open are open");
        return true;
    }
    size_t used = memory ? address_space_used() : 0;
    if (!used || memory - used >= memory / SHORT_PART)
        return false;
    text_printf(why, "%zu of the %zu MiB of address space that this process may use are used",
                used / MEBIBYTE, memory / MEBIBYTE);
    return true;
}
