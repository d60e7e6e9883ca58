/* SPDX-License-Identifier: Apache-2.0 */
/* expresslink-claim account register: devices that are not claimed by their users, one row a way. */
#ifndef COMMAND_ACCOUNT_REGISTER_COMMAND_H
#define COMMAND_ACCOUNT_REGISTER_COMMAND_H

/* values[0] is "register". Gives the exit status. */
int account_register_command(int count, char **values);

#endif
