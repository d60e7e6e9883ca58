/* SPDX-License-Identifier: Apache-2.0 */
#include "server/store/details.h"

#include "server/store/transaction.h"

bool details_are_given(const struct registration_details *details)
{
    return details->country || details->fields || details->contact_name || details->contact_email ||
           details->consent || details->consent_at || details->marketing_at;
}

enum store_error details_write(struct store_tx *tx, const char *token,
                               const struct registration_details *details)
{
    if (!details_are_given(details))
        return STORE_OK;
    return tx_run(tx, SQL_REGISTRATION_DETAILS,
                  WITH(sql_text(token), sql_text(details->country), sql_text(details->fields),
                       sql_text(details->contact_name), sql_text(details->contact_email),
                       sql_text(details->consent), sql_text(details->consent_language),
                       sql_integer(details->consent_at), sql_integer(details->marketing_at)),
                  NULL);
}

static void found_row(void *context, const struct row *row)
{
    struct details_found *found = context;

    row_copy(row, 0, found->product, sizeof found->product);
    text_puts(&found->fields, row_text(row, 1));
    found->has_name = row_integer(row, 2) != 0;
    found->has_email = row_integer(row, 3) != 0;
}

enum store_error details_find(struct store_tx *tx, const char *token, struct details_found *out)
{
    text_clear(&out->fields); /* a transaction may run again */
    return tx_query(tx, SQL_REGISTRATION_DETAILS_FIND, WITH(sql_text(token)), found_row, out);
}
