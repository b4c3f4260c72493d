// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/temporary_folder.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>

namespace test {

/// Answers every request on a port of 127.0.0.1 with one HTML file, until the end of the object.
class PageServer {
public:
    /// @param headers  of each answer, each with its end of line
    PageServer(const std::filesystem::path& page, const std::string& headers)
        : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto* const any = reinterpret_cast<sockaddr*>(&address);  // NOLINT: as sockets want it
        if (::bind(socket_, any, size) != 0 || ::listen(socket_, 16) != 0 || ::getsockname(socket_, any, &size) != 0)
            throw std::runtime_error("cannot serve");
        port_ = ntohs(address.sin_port);
        const auto bytes = read(page);
        answer_ = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nConnection: close\r\n" + headers +
                  "Content-Length: " + std::to_string(bytes.size()) + "\r\n\r\n" +
                  std::string(bytes.begin(), bytes.end());
        thread_ = std::thread([this] {
            for (int client = 0; (client = ::accept4(socket_, nullptr, nullptr, SOCK_CLOEXEC)) >= 0;) answer(client);
        });
    }
    PageServer(const PageServer&) = delete;
    PageServer& operator=(const PageServer&) = delete;
    ~PageServer() {
        ::shutdown(socket_, SHUT_RDWR);  // ends accept4()
        thread_.join();
        ::close(socket_);
    }

    [[nodiscard]] int port() const { return port_; }

private:
    void answer(int client) const {
        const timeval patience{1, 0};  // browsers open connections ahead, and ask nothing there
        ::setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        std::string request;
        char part[4096];
        while (request.find("\r\n\r\n") == std::string::npos) {
            const auto n = ::recv(client, part, sizeof part, 0);
            if (n <= 0) break;
            request.append(part, static_cast<std::size_t>(n));
        }
        for (std::size_t sent = 0; !request.empty() && sent < answer_.size();) {
            const auto n = ::send(client, answer_.data() + sent, answer_.size() - sent, MSG_NOSIGNAL);
            if (n <= 0) break;
            sent += static_cast<std::size_t>(n);
        }
        ::close(client);
    }

    int socket_, port_ = 0;
    std::string answer_;
    std::thread thread_;
};

}  // namespace test
