// systemd, without its library: what it is told, and the sockets that it hands over.
#pragma once

#include <string_view>
#include <vector>

namespace akidb::embedding::server {

// Sends a state ("READY=1") to $NOTIFY_SOCKET; nothing happens where there is none.
void notify_service_manager(std::string_view state);

// Listening sockets that were opened for this process ($LISTEN_FDS); usually none.
std::vector<int> inherited_sockets();

}  // namespace akidb::embedding::server
