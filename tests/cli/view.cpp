// SPDX-License-Identifier: Apache-2.0
// `stylegan view` as a program on this machine sees it: pictures, projections, and what is refused.
#include "cli/view_client.hpp"
#include "cli/write_network.hpp"
#include "device/limited_memory.hpp"

#include <stylegan/io/pictures/png.hpp>
#include <stylegan/io/tensors/npz.hpp>

#include <boost/test/unit_test.hpp>
#include <nlohmann/json.hpp>

#include <atomic>
#include <fstream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

BOOST_AUTO_TEST_SUITE(view)

using namespace test;
using Json = nlohmann::json;

struct Viewed {
    explicit Viewed(const stylegan::Architecture& a = small) {
        write_network(folder / "n.safetensors", {.architecture = a});
        view = std::make_unique<View>(folder.path(), "n.safetensors");
    }
    [[nodiscard]] std::string target(const std::string& path, const std::string& more = {}) const {
        return path + "?token=" + view->token + more;
    }
    [[nodiscard]] Answer post(const std::string& path, const Json& state, const std::string& more = {}) const {
        return ask(*view, "POST", target(path, more), state.dump());
    }
    [[nodiscard]] stylegan::Image picture(const Json& state) const {
        const Answer a = post("/api/picture", state, "&still=1");
        BOOST_TEST_REQUIRE(a.status == 200, a.body);
        return stylegan::decode_png({reinterpret_cast<const std::uint8_t*>(a.body.data()), a.body.size()}, "answer");
    }
    void check_refused(const Json& state, const std::string& error) const {
        const Answer a = post("/api/picture", state);
        BOOST_TEST(a.status == 422);
        BOOST_TEST(Json::parse(a.body)["error"] == error);
    }

    static bool same(const stylegan::Image& a, const stylegan::Image& b) {
        return a.size() == b.size() && a.pixels == b.pixels;
    }

    TemporaryFolder folder;
    std::unique_ptr<View> view;
};

BOOST_FIXTURE_TEST_CASE(pictures_are_those_of_generate, Viewed) {
    check_success(run_program(folder, {"generate", "--network", "n.safetensors", "--seeds", "5", "--trunc", "0.6",
                                       "--trunc-cutoff", "3", "--outdir", "out"}));
    const stylegan::Image expected = stylegan::read_png(folder / "out/seed0005.png");
    BOOST_TEST(same(picture({{"seed", 5}, {"psi", 0.6}, {"cutoff", 3}}), expected));
    BOOST_TEST(!same(picture({{"seed", 6}, {"psi", 0.6}, {"cutoff", 3}}), expected));
    // the pad leads to the picture of another seed
    BOOST_TEST(same(picture({{"seed", 1}, {"right", 5}, {"x", 1}, {"psi", 0.6}, {"cutoff", 3}}), expected));
    BOOST_TEST(same(picture({{"seed", 1}, {"up", 5}, {"y", 1}, {"psi", 0.6}, {"cutoff", 3}}), expected));
    // all layers of another seed
    BOOST_TEST(same(picture({{"mix", {{"seed", 5}, {"layers", {0, 5}}}}, {"psi", 0.6}, {"cutoff", 3}}), expected));
    const auto low = picture({{"mix", {{"seed", 5}, {"layers", {0, 2}}}}, {"psi", 0.6}, {"cutoff", 3}});
    BOOST_TEST((!same(low, expected) && !same(low, picture({{"psi", 0.6}, {"cutoff", 3}}))));
}

BOOST_FIXTURE_TEST_CASE(what_is_saved_is_drawn_again_by_its_command, Viewed) {
    const std::vector<Json> states{{{"seed", 5}, {"psi", 0.6}},
                                   {{"seed", 5}, {"noise", "none"}},
                                   {{"seed", 5}, {"noise", "random"}, {"noise_seed", 9}, {"noise_strength", 2.5}},
                                   {{"seed", 5}, {"x", 0.25}, {"psi", 0.6}},
                                   {{"seed", 5}, {"edits", {{{"direction", 1}, {"strength", -2}}}}, {"psi", 0.5}},
                                   {{"seed", 5}, {"mix", {{"seed", 7}, {"layers", {2, 3}}}}, {"noise_strength", 0.5}}};
    for (const Json& state : states) {
        const Answer a = post("/api/save", state);
        BOOST_TEST_REQUIRE(a.status == 200, a.body);
        const Json saved = Json::parse(a.body);
        BOOST_TEST_CONTEXT(saved["command"]) {
            BOOST_TEST(same(stylegan::read_png(folder / saved["picture"].get<std::string>()), picture(state)));
            std::istringstream words(saved["command"].get<std::string>());
            std::vector<std::string> command;
            for (std::string word; words >> word;) command.push_back(word);
            BOOST_TEST_REQUIRE(command.size() > 2u);
            BOOST_TEST(command[0] == "stylegan");
            command.erase(command.begin());
            command.back() = "again";  // --outdir
            check_success(run_program(folder, command));
            const char* name = exists(folder / "again/seed0005.png") ? "again/seed0005.png" : "again/proj00.png";
            BOOST_TEST(read(folder / name) == read(folder / saved["picture"].get<std::string>()));
            std::filesystem::remove_all(folder / "again");
        }
    }
    BOOST_TEST(exists(folder / "saved/view0006.npz"));
    BOOST_TEST(folder.files().size() == 1 + 2 * states.size());
}

BOOST_FIXTURE_TEST_CASE(states_that_make_no_sense_are_refused, Viewed) {
    check_refused({{"seed", -1}}, "seed: is -1, expected a whole number from 0 to 4294967295");
    check_refused({{"seed", 1e300}}, "seed: is 1e+300, expected a whole number from 0 to 4294967295");
    check_refused({{"psi", "much"}}, "psi: is \"much\", expected a number from -10 to 10");
    check_refused({{"noise", "loud"}}, "noise: is \"loud\", expected const, random or none");
    check_refused({{"cutoff", 7}}, "cutoff: is 7, expected a whole number from 0 to 6");
    check_refused({{"mix", {{"layers", {0, 6}}}}}, "mix.layers: is [0,6], expected layers from 0 to 5");
    check_refused({{"mix", {{"seeds", 1}}}}, "mix.seeds: is not a member of a state");
    check_refused({{"edits", {{{"direction", 99}}}}},
                  "edits[0].direction: is 99, expected a whole number from 0 to 15");
    check_refused({{"w", "p1"}}, "w: is \"p1\", expected a projection of this page");
    check_refused(Json::array(), "the state: is [], expected an object");
    const Answer text = ask(*view, "POST", target("/api/picture"), "{\"seed\": 1");
    BOOST_TEST(text.status == 422);
    const Answer large = ask(*view, "POST", target("/api/picture"), std::string(20000, ' '));
    BOOST_TEST(Json::parse(large.body)["error"] == "the state has 20000 bytes, expected at most 16384");
    BOOST_TEST(folder.files().size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(requests_without_the_token_get_nothing, Viewed) {
    const std::vector<std::string> others{"", "?token=", "?token=00000000000000000000000000000000",
                                          "?token=" + view->token + "0"};
    for (const char* path : {"/", "/api/network", "/api/project", "/nothing", "/../n.safetensors"})
        for (const std::string& token : others) {
            const Answer a = ask(*view, "GET", path + std::string(token));
            BOOST_TEST(a.status == 403, path << token);
            BOOST_TEST(Json::parse(a.body)["error"] ==
                       "the address lacks its token; open the one that stylegan view printed");
        }
    BOOST_TEST(ask(*view, "POST", "/api/save", "{}").status == 403);
    // another name for this machine, as a page elsewhere might make one
    BOOST_TEST(ask(*view, "GET", target("/"), {}, "rebound.example:" + std::to_string(view->port)).status == 403);
    BOOST_TEST(ask(*view, "GET", target("/"), {}, "localhost:" + std::to_string(view->port)).status == 200);
    for (const char* path : {"/../n.safetensors", "/%2e%2e/n.safetensors", "/api/../../etc/passwd", "/n.safetensors"})
        BOOST_TEST(ask(*view, "GET", target(path)).status == 404, path);
    const Answer page = ask(*view, "GET", target("/"));
    BOOST_TEST(page.status == 200);
    BOOST_TEST(page.body.starts_with("<!doctype html>"));
    BOOST_TEST(page.body.find("http") == page.body.find("http-equiv"), "the page refers to an address elsewhere");
    for (const char* header : {"Content-Security-Policy: default-src 'none'", "X-Frame-Options: DENY", "no-store"})
        BOOST_TEST(page.head.find(header) != std::string::npos, header);
    BOOST_TEST(folder.files().size() == 1u);
}

BOOST_FIXTURE_TEST_CASE(a_picture_is_projected_and_can_be_drawn, Viewed, *needs_example_data("cifar-vgg.safetensors")) {
    check_success(run_program(folder, {"generate", "--network", "n.safetensors", "--seeds", "3", "--outdir", "."}));
    const auto bytes = read(folder / "seed0003.png");
    const std::string body(bytes.begin(), bytes.end());
    for (const char* space : {"w", "w%2B"}) {
        const Answer begun = ask(*view, "POST", target("/api/project", std::string("&steps=30&space=") + space), body);
        BOOST_TEST_REQUIRE(begun.status == 200, begun.body);
        const std::string w = Json::parse(begun.body)["w"];
        (void)picture({{"w", w}});  // also while it runs
        Json status;
        do {
            status = Json::parse(ask(*view, "GET", target("/api/project")).body);
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        } while (status["running"]);
        BOOST_TEST(status["error"] == "");
        BOOST_TEST(status["step"] == status["total"]);
        BOOST_TEST(status["total"] == (space == std::string("w") ? 30 : 60));
        BOOST_TEST(status["distance"].get<double>() > 0);
        const Answer saved = post("/api/save", {{"w", w}});
        BOOST_TEST_REQUIRE(saved.status == 200, saved.body);
        BOOST_TEST(stylegan::read_npz(folder / Json::parse(saved.body)["w"].get<std::string>(), "w").shape ==
                       (std::vector<stylegan::Index>{1, 6, 12}),
                   boost::test_tools::per_element());
    }
    const Answer stopped = ask(*view, "POST", target("/api/project", "&steps=10000"), body);
    BOOST_TEST(stopped.status == 200);
    BOOST_TEST(Json::parse(ask(*view, "DELETE", target("/api/project")).body)["running"] == false);
    const Answer no_picture = ask(*view, "POST", target("/api/project"), "a text");
    BOOST_TEST(no_picture.status == 422);
    BOOST_TEST(Json::parse(no_picture.body)["error"].get<std::string>().starts_with("the picture: "), no_picture.body);
    BOOST_TEST(ask(*view, "POST", target("/api/project", "&steps=0"), body).status == 422);
    BOOST_TEST(ask(*view, "POST", target("/api/project"), std::string((32u << 20) + 1, 'x')).status == 413);
}

BOOST_AUTO_TEST_CASE(classes_are_drawn_and_not_projected) {
    stylegan::Architecture labelled = small;
    labelled.label_size = 3;
    const Viewed v(labelled);
    BOOST_TEST(Json::parse(ask(*v.view, "GET", v.target("/api/network")).body)["labels"] == 3);
    BOOST_TEST(!Viewed::same(v.picture({{"label", 0}}), v.picture({{"label", 2}})));
    v.check_refused({{"label", 3}}, "label: is 3, expected a whole number from 0 to 2");
    const Answer saved = v.post("/api/save", {{"label", 2}});
    BOOST_TEST(saved.body.find("--class 2") != std::string::npos, saved.body);
}

BOOST_FIXTURE_TEST_CASE(a_port_in_use_is_an_error, Viewed) {
    check_error(run_program(folder, {"view", "--network", "n.safetensors", "--port", std::to_string(view->port)}), 1,
                {("--port: is " + std::to_string(view->port) + ", which cannot be opened").c_str(),
                 "expected a port that is free"});
    check_error(run_program(folder, {"view", "--network", "n.safetensors", "--port", "65536"}), 2, {"--port"});
}

// Slow readers hold a thread of the server for five seconds at most; many at once wait, and memory stays.
BOOST_FIXTURE_TEST_CASE(many_requests_and_slow_readers_do_not_stop_it, Viewed) {
    std::vector<std::unique_ptr<Connection>> slow;
    for (int i = 0; i < 40; ++i) {
        slow.push_back(std::make_unique<Connection>(view->port));
        slow.back()->send("GET /api/network?token=" + view->token + " HTTP/1.1\r\nHost: ");  // and no more
    }
    std::atomic<int> drawn{0}, overtaken{0}, other{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 20; ++t)
        threads.emplace_back([&, t] {
            for (int i = 0; i < 50; ++i) {
                const Answer a = ask(*view, "POST", target("/api/picture", "&client=" + std::to_string(t % 4)),
                                     Json{{"seed", t * 1000 + i}}.dump());
                ++(a.status == 200 ? drawn : a.status == 204 ? overtaken : other);
            }
        });
    for (std::thread& thread : threads) thread.join();
    BOOST_TEST(other == 0);
    BOOST_TEST(drawn > 0);
    BOOST_TEST_MESSAGE(drawn << " drawn, " << overtaken << " overtaken");
    slow.clear();
    (void)picture({{"seed", 1}});
    const Outcome o = view->end();
    BOOST_TEST(o.status == 0, o.err);
    BOOST_TEST((sanitized || o.peak_kib < 120'000), o.peak_kib << " KiB");
    BOOST_TEST(folder.files().size() == 1u);
}

BOOST_AUTO_TEST_SUITE_END()
