# SPDX-License-Identifier: Apache-2.0
foreach(name client framing limiter listen origin route seats stream url watchdog)
  expresslink_unit_test(${name} http)
endforeach()

target_sources(test_stream PRIVATE http_client.c)

expresslink_unit_test(problem portal PkgConfig::CJSON)
target_sources(test_problem PRIVATE http_client.c)
target_compile_definitions(test_problem PRIVATE TEMPLATES_FOLDER="${CMAKE_SOURCE_DIR}/templates")

# It has no room of its own.
expresslink_unit_test(registration_json portal PkgConfig::CJSON)
