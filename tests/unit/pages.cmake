# SPDX-License-Identifier: Apache-2.0
# The pages: one executable a module, linking only that module.
foreach(name registration language pages pages_load)
  add_executable(test_${name} ${CMAKE_CURRENT_LIST_DIR}/test_${name}.c)
  target_compile_definitions(test_${name} PRIVATE TEMPLATES_FOLDER="${CMAKE_SOURCE_DIR}/templates")
  target_link_libraries(test_${name} PRIVATE page PkgConfig::CMOCKA)
  add_test(NAME unit.${name} COMMAND test_${name})
endforeach()
