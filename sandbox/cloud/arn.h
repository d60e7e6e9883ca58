/* SPDX-License-Identifier: Apache-2.0 */
/* Ids and ARNs in the simulated account. Any thread. */
#ifndef SANDBOX_CLOUD_ARN_H
#define SANDBOX_CLOUD_ARN_H

#define ARN_ACCOUNT "123456789012"
#define ARN_REGION "us-east-1" /* the only region that has Sidewalk */
#define ARN_ID_SIZE 37         /* a UUID */
#define ARN_SIZE 128

void arn_new_id(char out[ARN_ID_SIZE]);
/* kind: such as "ImportTask" or "DeviceProfile". */
void arn_of(const char *kind, const char *id, char out[ARN_SIZE]);

#endif
