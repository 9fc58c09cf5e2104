# The Linux side of lifecycle: sources and libraries of the plugin, and jail-init. The unit tests build from the same list.
include("${CMAKE_CURRENT_LIST_DIR}/network/sources.cmake")
set(JAILCTL_RUNTIME_SOURCES)
foreach(source birth capabilities cgroup cgroup_change cgroup_limits cgroup_make cgroup_rehearse console dev device_filter examine_host examine_roots examine_runs exec find find_user freeze join kernel
    keyring launch limits masks mounts nameless namespaces notify open_file_link platform process_id program pty record report root_use run_once seccomp start
    stop stop_signal stream watchdog network/examine_clashes network/examine_leftovers network/examine_reach)
  list(APPEND JAILCTL_RUNTIME_SOURCES "${CMAKE_CURRENT_LIST_DIR}/${source}.cpp")
endforeach()
set(JAILCTL_LIFECYCLE_PLATFORM_SOURCES ${JAILCTL_RUNTIME_SOURCES} ${JAILCTL_NETWORK_SOURCES})
set(JAILCTL_LIFECYCLE_PLATFORM_LIBRARIES ${JAILCTL_NETWORK_LIBRARIES})

# Static, because a jail's root need not hold a C library; never with a sanitizer, whose runtime is none.
add_executable(jail-init "${CMAKE_CURRENT_LIST_DIR}/reaper/jail_init.cpp")
target_compile_options(jail-init PRIVATE -Wall -Wextra -Wshadow -Wconversion -Os)
target_link_options(jail-init PRIVATE -static -s)
set_target_properties(jail-init PROPERTIES POSITION_INDEPENDENT_CODE OFF)
install(TARGETS jail-init RUNTIME DESTINATION "${JAILCTL_LIBEXEC_DIR}")
