# The Network providers of Linux; plugins/lifecycle/CMakeLists.txt includes this file and adds both variables to the
# plugin: the sources, and the library that carries netlink messages. The tests build from the same list.
pkg_check_modules(LIBMNL REQUIRED IMPORTED_TARGET libmnl)
set(JAILCTL_NETWORK_SOURCES)
foreach(source abstract_sockets netlink netlink_attribute links routes netns sysctl uplink uplink_notes packet_socket arp ndp probe forward host_ports guard nft_rule nft_same nft_transaction nft_query shaper rate addresses preconditions contradictions inspect_links network_setting host_end health routed bridge_plan bridge host loopback none network)
  list(APPEND JAILCTL_NETWORK_SOURCES "${CMAKE_CURRENT_LIST_DIR}/${source}.cpp")
endforeach()
set(JAILCTL_NETWORK_LIBRARIES PkgConfig::LIBMNL)
