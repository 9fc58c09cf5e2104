# What every target of the project shares: warnings, sanitizers, and the one function that makes a plugin. Installed
# beside find_package(jailctl), so a site's plugin is built by the same rules.

if(NOT TARGET jailctl_warnings)
  add_library(jailctl_warnings INTERFACE)
  add_library(jailctl::warnings ALIAS jailctl_warnings)
  target_compile_options(jailctl_warnings INTERFACE -Wall -Wextra -Wshadow -Wconversion -Wnon-virtual-dtor)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
    target_compile_options(jailctl_warnings INTERFACE -Wno-restrict)  # false alarms on string + string (GCC bug 105651)
  endif()
  if(JAILCTL_SANITIZE)
    target_compile_definitions(jailctl_warnings INTERFACE JAILCTL_SANITIZED)
    target_compile_options(jailctl_warnings INTERFACE -fsanitize=${JAILCTL_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(jailctl_warnings INTERFACE -fsanitize=${JAILCTL_SANITIZE})
    # The runtime must come first in the host; a plugin or library of its own would start a second one.
  endif()
endif()

# Boost.Program_options and <filesystem> come with the SDK's headers and take most of the time of a small file: they are
# parsed once a target that has more than a few, in jailctl's own build once for all plugins.
function(jailctl_precompile target)
  get_target_property(sources ${target} SOURCES)
  list(LENGTH sources count)
  if(TARGET jailctl_precompiled AND NOT target STREQUAL jailctl_precompiled)
    target_precompile_headers(${target} REUSE_FROM jailctl_precompiled)
  elseif(count GREATER 3 OR target STREQUAL jailctl_precompiled)
    target_precompile_headers(${target} PRIVATE <boost/program_options/options_description.hpp> <filesystem> <functional>
      <map> <memory> <optional> <string> <variant> <vector>)
  endif()
endfunction()

set(JAILCTL_CMAKE_DIR "${CMAKE_CURRENT_LIST_DIR}")

# jailctl_add_plugin(backup SOURCES plugin.cpp archive.cpp [LIBRARIES ...]): a module that exports its manifest alone.
function(jailctl_add_plugin name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;LIBRARIES")
  add_library(${name} MODULE ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE jailctl::sdk jailctl::warnings ${arg_LIBRARIES})
  target_compile_options(${name} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-fno-gnu-unique>)
  # A missing symbol fails here and not on a site; the sanitizers resolve theirs in the host.
  if(NOT JAILCTL_SANITIZE)
    target_link_options(${name} PRIVATE -Wl,-z,defs)
  endif()
  target_link_options(${name} PRIVATE "-Wl,--version-script=${JAILCTL_CMAKE_DIR}/plugin.map")
  set_target_properties(${name} PROPERTIES PREFIX "" CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    SKIP_BUILD_RPATH ON LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/plugins.d")
  jailctl_precompile(${name})
  install(TARGETS ${name} LIBRARY DESTINATION "${JAILCTL_PLUGIN_DIR}")
endfunction()
