# SPDX-License-Identifier: Apache-2.0
expresslink_unit_test(signature cloud)
