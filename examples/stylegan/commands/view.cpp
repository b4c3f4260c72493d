// SPDX-License-Identifier: Apache-2.0
#include "commands/commands.hpp"
#include "metrics/perceptual_network.hpp"
#include "options/options.hpp"
#ifdef STYLEGAN_HTTPLIB
#include "view/view_server.hpp"
#endif

#include <CLI/CLI.hpp>

#include <memory>

namespace stylegan::examples {

void add_view(CLI::App& app) {
#ifdef STYLEGAN_HTTPLIB
    const auto o = std::make_shared<ViewOptions>();
    CLI::App& c = add_command(app, "view", "Explore a network on a page in the browser", [o] { serve_view(*o); });
    add_network_options(c, *o);
    add_whole(c, "--port", o->port, {0, 65535}, "port on 127.0.0.1 (default 0: one that is free)");
    add_path(c, "--directions", o->directions, "FILE",
             "directions to offer before those that it finds itself, as `directions` writes them");
    add_path(c, "--outdir", o->outdir, "DIR", "folder for what the page saves (default view); made when it is needed");
    add_perceptual_options(c, o->perceptual);
    add_max_pixels(c, o->limits.max_pixels);
#else
    CLI::App& c = add_command(app, "view", "Explore a network on a page in the browser (not compiled in)", [] {
        usage_error("view",
                    "was not compiled in, expected cpp-httplib (apt-get install libcpp-httplib-dev) when the "
                    "program was built");
    });
    c.allow_extras();
#endif
}

}  // namespace stylegan::examples
