/* SPDX-License-Identifier: Apache-2.0 */
#include "base/interrupt.h"

#include <stddef.h>

volatile sig_atomic_t interrupt_received;

static void receive(int number)
{
    (void)number;
    interrupt_received = 1;
}

void interrupt_catch(void)
{
    struct sigaction action = {.sa_handler = receive};

    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGHUP, &action, NULL);
}
