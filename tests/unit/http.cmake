# SPDX-License-Identifier: Apache-2.0
foreach(name client framing limiter listen route url watchdog)
  expresslink_unit_test(${name} http)
endforeach()

# They have no room of their own.
expresslink_unit_test(registration_json portal PkgConfig::CJSON)
expresslink_unit_test(label_reading portal)
