/* SPDX-License-Identifier: Apache-2.0 */
/* Checks name, port and TLS. Ignores proxy variables, as the portal does. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "account/doctor/look.h"
#include "base/name_lookup.h"
#include "base/tcp.h"
#include "base/text.h"
#include "claim/endpoint_message.h"

void look_tell(struct look *look, enum doctor_level level, const char *check, const struct text *seen,
               const struct text *mend)
{
    look->failed = look->failed || level == DOCTOR_FAILED || doctor_interrupted(look->doctor);
    if (!doctor_interrupted(look->doctor)) /* what an interruption ended is not a fault */
        doctor_tell(look->doctor, level, check, text_get(seen), text_get(mend));
}

bool look_is_at_aws(const char *address)
{
    size_t length = strlen(address);
    static const char *const ends[] = {".amazonaws.com", ".amazonaws.com.cn"};

    for (size_t i = 0; i < 2; i++)
        if (length > strlen(ends[i]) && strcasecmp(address + length - strlen(ends[i]), ends[i]) == 0)
            return true;
    return false;
}

/* The old endpoints have certificates of a CA that is no longer trusted; the form is
 * <id>-ats.iot.<region>.amazonaws.com, or a custom domain (IoT). */
static void check_address(struct look *look)
{
    const char *address = look->connection->address;
    const char *dot = strchr(address, '.');
    TEXT struct text mend = TEXT_EMPTY;
    TEXT struct text seen = TEXT_EMPTY;

    text_puts(&seen, address);
    if (!look_is_at_aws(address)) {
        text_puts(&seen, ", not one of AWS's names: a custom domain");
        look_tell(look, DOCTOR_OK, ".address", &seen, &mend);
        return;
    }
    bool of_iot = strncasecmp(dot, ".iot.", 5) == 0;
    bool ats =
        !endpoint_address_is_regional(address) && dot - address > 4 && strncasecmp(dot - 4, "-ats", 4) == 0;
    bool of_beijing =
        strncasecmp(dot, ".ats.iot.cn-north-1.", 20) == 0; /* the one region with another form */
    if ((of_iot && ats) || of_beijing) {
        look_tell(look, DOCTOR_OK, ".address", &seen, &mend);
        return;
    }
    if (of_iot && !endpoint_address_is_regional(address))
        text_printf(&mend,
                    "Set address = %.*s-ats%s: the endpoint without -ats has a certificate that Amazon "
                    "Root CA 1 did not issue, and modules do not trust it.",
                    (int)(dot - address), address, dot);
    else
        text_puts(&mend, "Use the data endpoint that `aws iot describe-endpoint --endpoint-type "
                         "iot:Data-ATS` prints: <id>-ats.iot.<region>.amazonaws.com.");
    look_tell(look, DOCTOR_FAILED, ".address", &seen, &mend);
}

static bool check_name(struct look *look, struct name_addresses *out)
{
    const struct account_connection *to = look->connection;
    int wait_ms = doctor_network_ms(look->doctor);
    TEXT struct text seen = TEXT_EMPTY;
    TEXT struct text mend = TEXT_EMPTY;
    TEXT struct text why = TEXT_EMPTY;

    switch (name_lookup(to->address, to->port, wait_ms, look->doctor->options->interrupted, out, &why)) {
    case NAME_FOUND:
        text_printf(&seen, "%zu address%s", out->count, out->count == 1 ? "" : "es");
        look_tell(look, DOCTOR_OK, ".dns", &seen, &mend);
        return true;
    case NAME_INTERRUPTED:
        return false;
    case NAME_UNKNOWN:
        text_printf(&seen, "there is no %s (%s)", to->address, text_get(&why));
        text_puts(&mend, "Check the spelling of address, also id and region.");
        break;
    case NAME_FAILED:
        text_printf(&seen, "DNS fails: %s", text_get(&why));
        text_puts(&mend, "Fix this machine's DNS: the name servers in /etc/resolv.conf cannot be reached or "
                         "do not know the name.");
        break;
    case NAME_NO_ANSWER:
        text_printf(&seen, "DNS does not answer within %d s", wait_ms / 1000);
        text_puts(&mend, "Fix this machine's DNS: the name servers in /etc/resolv.conf do not answer; is UDP "
                         "and TCP port 53 open to them?");
        break;
    }
    look_tell(look, DOCTOR_FAILED, ".dns", &seen, &mend);
    return false;
}

static const char *connect_words(int error)
{
    if (error == ECONNREFUSED)
        return "refused";
    return error == ETIMEDOUT ? "no answer" : strerror(error);
}

/* A machine without IPv6, or without IPv4, fails at once: such an address does not delay connections. */
static bool is_no_way(int error)
{
    return error == ENETUNREACH || error == EAFNOSUPPORT || error == EADDRNOTAVAIL;
}

static void tell_closed(struct look *look, const struct tcp_probe *probe)
{
    int port = look->connection->port;
    bool refused = false;
    TEXT struct text seen = TEXT_EMPTY;
    TEXT struct text mend = TEXT_EMPTY;

    for (size_t i = 0; i < probe->count; i++) {
        refused = refused || probe->tried[i].error == ECONNREFUSED;
        text_printf(&seen, "%s%s port %d: %s", i ? ", " : "", probe->tried[i].address, port,
                    connect_words(probe->tried[i].error));
    }
    if (refused)
        text_printf(&mend,
                    "Nothing listens there, or a firewall refuses the connection: check port "
                    "(8883, or 443) and allow outgoing TCP to port %d.",
                    port);
    else
        text_printf(&mend,
                    "A firewall drops the packets, or there is no route: allow outgoing TCP to port %d%s.",
                    port, port == 443 ? "" : ", or set port = 443");
    look_tell(look, DOCTOR_FAILED, ".tcp", &seen, &mend);
}

static int check_port(struct look *look, const struct name_addresses *addresses)
{
    struct tcp_probe probe;
    TEXT struct text seen = TEXT_EMPTY;
    TEXT struct text mend = TEXT_EMPTY;
    size_t open = 0, without_way = 0;

    int descriptor =
        tcp_probe(addresses, doctor_network_ms(look->doctor), look->doctor->options->interrupted, &probe);
    if (descriptor < 0) {
        tell_closed(look, &probe);
        return -1;
    }
    for (size_t i = 0; i < probe.count; i++) {
        open += probe.tried[i].error == 0;
        without_way += is_no_way(probe.tried[i].error);
        if (probe.tried[i].error)
            text_printf(&seen, "%s%s: %s", seen.length ? ", " : "", probe.tried[i].address,
                        connect_words(probe.tried[i].error));
    }
    bool all = open + without_way == probe.count;
    if (!all)
        text_printf(&mend,
                    "Of %zu addresses %zu answer; see to the route to the others: a connection may try them "
                    "first.",
                    probe.count, open);
    else
        text_printf(&seen, "%s%d", seen.length ? "; " : "", look->connection->port);
    look_tell(look, all ? DOCTOR_OK : DOCTOR_WARNING, ".tcp", &seen, &mend);
    return descriptor;
}

void doctor_network(struct doctor *doctor, const char *kind, const struct account_connection *connection)
{
    struct look look = {.doctor = doctor, .connection = connection};
    struct name_addresses addresses;

    (void)kind;
    check_address(&look);
    look.failed = false; /* it may still be reachable */
    if (!check_name(&look, &addresses) || doctor_interrupted(doctor))
        return;
    int descriptor = check_port(&look, &addresses);
    if (descriptor < 0)
        return;
    look_at_tls(&look, descriptor, &addresses);
    doctor->reachable = !look.failed;
}
