# SPDX-License-Identifier: Apache-2.0
# A program that misbehaves in expresslink-decode's place, and one that tries what its sandbox forbids.
add_executable(decode_stand_in decode_stand_in.c)
target_link_libraries(decode_stand_in PRIVATE decode)
add_executable(decode_confined decode_confined.c ${CMAKE_SOURCE_DIR}/decode/confine.c)
target_link_libraries(decode_confined PRIVATE base PkgConfig::SECCOMP)

expresslink_unit_test(fair_queue decode)
foreach(name frame pool process confine)
  expresslink_unit_test(decode_${name} decode)
  target_compile_definitions(test_decode_${name} PRIVATE
    DECODE_PROGRAM="$<TARGET_FILE:expresslink-decode>" DECODE_STAND_IN="$<TARGET_FILE:decode_stand_in>"
    DECODE_CONFINED="$<TARGET_FILE:decode_confined>")
  add_dependencies(test_decode_${name} expresslink-decode decode_stand_in decode_confined)
endforeach()
foreach(name pool process)
  target_sources(test_decode_${name} PRIVATE decode_fixture.c)
endforeach()
