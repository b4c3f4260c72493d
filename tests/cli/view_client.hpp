// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/run_program.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace test {

/// `stylegan view` in a folder, until the end of the object.
class View {
public:
    View(const std::filesystem::path& folder, const std::string& network, std::vector<std::string> more = {})
        : program_(folder, [&] {
              std::vector<std::string> all{"view", "--network", network, "--outdir", "saved"};
              all.insert(all.end(), more.begin(), more.end());
              return all;
          }()) {
        for (int i = 0; i < 1000 && program_.printed().find('\n') == std::string::npos; ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        const std::string printed = program_.printed();
        const std::size_t start = printed.find("http://127.0.0.1:"), end = printed.find('\n');
        if (start == std::string::npos) throw std::runtime_error("view printed: " + printed);
        address = printed.substr(start, end - start);
        port = std::atoi(address.c_str() + 17);
        token = address.substr(address.find("token=") + 6);
    }

    /// Sends Ctrl-C and waits.
    Outcome end() {
        program_.interrupt();
        return program_.wait();
    }

    std::string address, token;
    int port = 0;

private:
    Program program_;
};

/// A connection to a port of this machine.
class Connection {
public:
    explicit Connection(int port) : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(static_cast<std::uint16_t>(port));
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        const timeval patience{20, 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) != 0)  // NOLINT: as sockets want it
            throw std::runtime_error("cannot connect");
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() { ::close(socket_); }

    void send(const std::string& bytes) const {
        for (std::size_t sent = 0; sent < bytes.size();) {
            const auto n = ::send(socket_, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
            if (n <= 0) throw std::runtime_error("the connection is closed");
            sent += static_cast<std::size_t>(n);
        }
    }
    /// All that comes until the other side closes.
    [[nodiscard]] std::string rest() const {
        std::string all;
        char part[65536];
        for (::ssize_t n = 0; (n = ::recv(socket_, part, sizeof part, 0)) > 0;)
            all.append(part, static_cast<std::size_t>(n));
        return all;
    }

private:
    int socket_;
};

/// An answer of a server.
struct Answer {
    int status = 0;
    std::string head, body;
};

/// One request. @param target  with its token: "/api/network?token=..."
inline Answer ask(const View& view, const std::string& method, const std::string& target, const std::string& body = {},
                  std::string host = {}) {
    if (host.empty()) host = "127.0.0.1:" + std::to_string(view.port);
    const Connection connection(view.port);
    connection.send(method + ' ' + target + " HTTP/1.1\r\nHost: " + host +
                    "\r\nConnection: close\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body);
    const std::string all = connection.rest();
    const std::size_t end = all.find("\r\n\r\n");
    if (end == std::string::npos) return {0, all, {}};
    return {std::atoi(all.c_str() + 9), all.substr(0, end), all.substr(end + 4)};
}

}  // namespace test
