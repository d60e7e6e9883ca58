# SPDX-License-Identifier: Apache-2.0
foreach(name client framing limiter listen route stream url watchdog)
  expresslink_unit_test(${name} http)
endforeach()

target_sources(test_stream PRIVATE http_client.c)

# It has no room of its own.
expresslink_unit_test(registration_json portal PkgConfig::CJSON)
