# SPDX-License-Identifier: Apache-2.0
foreach(name brand registration language pages pages_load)
  expresslink_unit_test(${name} page)
  target_compile_definitions(test_${name} PRIVATE TEMPLATES_FOLDER="${CMAKE_SOURCE_DIR}/templates")
endforeach()
