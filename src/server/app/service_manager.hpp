// systemd, without its library: what it is told, and the sockets that it hands over.
#pragma once

#include <chrono>
#include <string_view>
#include <vector>

namespace akidb::embedding::server {

// Sends a state ("READY=1") to $NOTIFY_SOCKET; nothing happens where there is none.
void notify_service_manager(std::string_view state);

// How often it wants to hear "WATCHDOG=1" at least ($WATCHDOG_USEC); 0: never.
std::chrono::milliseconds watchdog_interval();

// Listening sockets that were opened for this process ($LISTEN_FDS); usually none.
std::vector<int> inherited_sockets();

}  // namespace akidb::embedding::server
