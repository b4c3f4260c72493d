// SPDX-License-Identifier: Apache-2.0
#include "view/view_server.hpp"

#include "options/parse.hpp"
#include "printing/progress.hpp"
#include "projecting/target_picture.hpp"
#include "view/about_network.hpp"
#include "view/saved_view.hpp"
#include "view/view_page.hpp"
#include "view/view_worker.hpp"

#include <stylegan/core/error.hpp>
#include <stylegan/core/shortened.hpp>
#include <stylegan/io/pictures/jpeg_writer.hpp>
#include <stylegan/io/pictures/png.hpp>

#include <httplib.h>
#include <nlohmann/json.hpp>

#include <chrono>
#include <cstdio>
#include <random>
#include <string>
#include <thread>
#include <utility>

#include <sys/socket.h>

namespace stylegan::examples {
namespace {

using Json = nlohmann::ordered_json;
using httplib::Request;
using httplib::Response;

constexpr std::size_t largest_upload = std::size_t{32} << 20;  // bytes of a picture to project
constexpr std::size_t largest_state = 16384;
constexpr std::size_t threads = 24;
constexpr int exact_side = 256;  // pictures up to this size are sent without loss while they move

std::string random_token() {
    std::random_device random;
    std::string token;
    for (int i = 0; i < 4; ++i) {
        char digits[9];
        std::snprintf(digits, sizeof digits, "%08x", static_cast<unsigned>(random()));
        token += digits;
    }
    return token;
}

/// Whether two texts are the same, in a time that does not depend on where they differ.
bool same_token(const std::string& a, const std::string& b) {
    unsigned difference = a.size() == b.size() ? 0 : 1;
    for (std::size_t i = 0; i < a.size() && i < b.size(); ++i) difference |= static_cast<unsigned>(a[i] ^ b[i]);
    return difference == 0;
}

void answer(Response& response, int status, const Json& json) {
    response.status = status;
    response.set_content(json.dump(-1, ' ', false, Json::error_handler_t::replace), "application/json");
}

class Server {
public:
    Server(ViewedNetwork& network, const ViewOptions& o) : options_(o), network_(network), worker_(network, o) {
        configure();
        add_routes();
    }

    /// Serves until Ctrl-C.
    void serve() {
        const int port = bind();
        address_ = text("127.0.0.1:", port);
        local_name_ = text("localhost:", port);
        std::thread listener([this] { (void)server_.listen_after_bind(); });
        {
            const Interrupt interrupt;
            print_line(text("http://", address_, "/?token=", token_));
            print_line("Open this address in a browser on this machine; Ctrl-C ends it.");
            while (!Interrupt::requested()) std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        server_.stop();
        listener.join();
    }

private:
    void configure() {
        using namespace std::chrono_literals;
        server_.new_task_queue = [] { return new httplib::ThreadPool(threads); };  // the server deletes it
        server_.set_keep_alive_max_count(std::size_t{1} << 30);
        server_.set_keep_alive_timeout(2);
        server_.set_read_timeout(5s);
        server_.set_write_timeout(5s);
        server_.set_tcp_nodelay(true);
        server_.set_payload_max_length(largest_upload);
        server_.set_socket_options([](socket_t s) {  // not SO_REUSEPORT: two programs would share a port
            const int on = 1;
            ::setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
        });
        server_.set_default_headers({{"Cache-Control", "no-store"},
                                     {"X-Content-Type-Options", "nosniff"},
                                     {"X-Frame-Options", "DENY"},
                                     {"Referrer-Policy", "no-referrer"},
                                     {"Content-Security-Policy",
                                      "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; "
                                      "img-src blob: data:; connect-src 'self'"}});
        server_.set_pre_routing_handler([this](const Request& request, Response& response) {
            const std::string host = request.get_header_value("Host");
            const bool known = host == address_ || host == local_name_;  // not a name that leads here from a page
            if (known && same_token(request.get_param_value("token"), token_))
                return httplib::Server::HandlerResponse::Unhandled;
            answer(response, 403, {{"error", "the address lacks its token; open the one that stylegan view printed"}});
            return httplib::Server::HandlerResponse::Handled;
        });
        server_.set_exception_handler([](const Request&, Response& response, const std::exception_ptr& caught) {
            try {
                std::rethrow_exception(caught);
            } catch (const std::exception& error) {
                answer(response, 422, {{"error", error.what()}});
            } catch (...) {
                answer(response, 500, {{"error", "an error of unknown kind"}});
            }
        });
        server_.set_error_handler([](const Request&, Response& response) {
            if (!response.body.empty()) return;
            const int status = response.status;
            answer(response, status,
                   {{"error", status == 404   ? "there is nothing at this address"
                              : status == 413 ? text("more than ", largest_upload, " bytes")
                                              : text("status ", status)}});
        });
    }

    void add_routes() {
        server_.Get("/", [](const Request&, Response& r) {
            r.set_content(std::string(view_page()), "text/html; charset=utf-8");
        });
        server_.Get("/api/network", [this](const Request&, Response& r) {
            const Architecture& a = network_.architecture();
            answer(r, 200,
                   about_network(options_.network.filename().string(), a, network_.directions(), a.label_size == 0));
        });
        server_.Post("/api/picture", [this](const Request& q, Response& r) { picture(q, r); });
        server_.Post("/api/save", [this](const Request& q, Response& r) { save(q, r); });
        server_.Post("/api/project", [this](const Request& q, Response& r) { project(q, r); });
        server_.Get("/api/project",
                    [this](const Request&, Response& r) { answer(r, 200, status(worker_.projection())); });
        server_.Delete("/api/project", [this](const Request&, Response& r) {
            worker_.cancel_projection();
            answer(r, 200, status(worker_.projection()));
        });
    }

    int bind() {
        const bool any = options_.port == 0;
        const int port = any ? server_.bind_to_any_port("127.0.0.1") : options_.port;
        if (port > 0 && (any || server_.bind_to_port("127.0.0.1", port))) return port;
        throw ValueError(text("--port: is ", options_.port, ", which cannot be opened (", system_message(errno),
                              "), expected a port that is free; 0, the default, takes one that is"));
    }

    [[nodiscard]] ViewState state_of(const Request& request) const {
        if (request.body.size() > largest_state)
            throw FormatError(text("the state has ", request.body.size(), " bytes, expected at most ", largest_state));
        return parse_view_state(request.body, network_.architecture(), network_.directions().size());
    }

    void picture(const Request& request, Response& response) {
        const ViewState state = state_of(request);
        const std::string client = request.get_param_value("client").substr(0, 64);
        const bool still = request.get_param_value("still") == "1";
        const auto made = worker_.draw(client.empty() ? "?" : client, state);
        if (!made) {
            response.status = 204;  // overtaken
            return;
        }
        const bool exact = still || made->channels % 2 == 0 || std::max(made->width, made->height) <= exact_side;
        const Bytes bytes = exact ? encode_png(*made, still ? 6 : 1) : encode_jpeg(*made, 85);
        response.set_content(std::string(bytes.begin(), bytes.end()), exact ? "image/png" : "image/jpeg");
    }

    void save(const Request& request, Response& response) {
        const ViewState state = state_of(request);
        SavedView saved;
        worker_.run([&](ViewedNetwork& network) { saved = save_view(network, options_, state); });
        answer(response, 200,
               {{"picture", saved.picture.string()}, {"w", saved.w.string()}, {"command", saved.command}});
    }

    void project(const Request& request, Response& response) {
        const std::string space = request.get_param_value("space"), steps = request.get_param_value("steps");
        if (space != "w" && space != "w+" && !space.empty())
            throw ValueError(text("space: is \"", shortened(space), "\", expected w or w+"));
        const auto count = steps.empty() ? std::optional<std::int64_t>(300) : parse_whole(steps, {1, 10000});
        if (!count)
            throw ValueError(text("steps: is \"", shortened(steps), "\", expected a whole number from 1 to 10000"));
        const Architecture& a = network_.architecture();
        const Image target = target_picture(Bytes(request.body.begin(), request.body.end()), "the picture", a.picture(),
                                            a.num_channels, options_.limits);
        answer(response, 200,
               status(worker_.project(target, space == "w+" ? LatentSpace::w_plus : LatentSpace::w,
                                      static_cast<int>(*count))));
    }

    [[nodiscard]] static Json status(const ProjectionStatus& s) {
        return {{"w", s.w},         {"running", s.running},   {"step", s.step},
                {"total", s.total}, {"distance", s.distance}, {"error", s.error}};
    }

    const ViewOptions& options_;
    ViewedNetwork& network_;
    ViewWorker worker_;
    httplib::Server server_;
    std::string token_ = random_token(), address_, local_name_;
};

}  // namespace

void serve_view(const ViewOptions& o) {
    ViewedNetwork network(o);
    network.drawing().print_assumed();
    Server server(network, o);
    server.serve();
}

}  // namespace stylegan::examples
