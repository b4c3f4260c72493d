// SPDX-License-Identifier: Apache-2.0
// The page of examples/web, whose pictures WebAssembly computes, in a headless Chromium: its pixels are those of the program.
// The test web.build makes the page; STYLEGAN_WEB_PAGE is the file.
#include "cli/page_server.hpp"
#include "cli/view_client.hpp"
#include "cli/view_page.hpp"

#include <stylegan/io/pictures/png.hpp>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

BOOST_AUTO_TEST_SUITE(web_page)

using namespace test;
using Json = nlohmann::ordered_json;

namespace {

/// Skips a test where the page was not made: without emscripten.
auto needs_page() {
    return boost::unit_test::precondition([page = std::string(STYLEGAN_WEB_PAGE)](boost::unit_test::test_unit_id) {
        boost::test_tools::assertion_result there(std::filesystem::exists(page));
        there.message() << "there is no " << page << ": web.build makes it, with emscripten";
        return there;
    });
}

std::vector<int> numbers(const std::string& list) {
    std::vector<int> all;
    std::istringstream in(list);
    for (std::string one; std::getline(in, one, ',');) all.push_back(std::atoi(one.c_str()));
    return all;
}

/// Measured for two seconds, with another w for each picture.
double pictures_a_second(Browser& browser) {
    return browser.value(
        "(async () => { const begun = performance.now(); let n = 0;"
        "for (; performance.now() - begun < 2000; n++) (await backend.draw({...state, x: n / 1000})).close();"
        "return 1000 * n / (performance.now() - begun); })()");
}

}  // namespace

/// Compares pictures of the page with those of the program, and counts.
class Comparison {
public:
    void add(const std::vector<int>& shown, const stylegan::Image& expected) {
        BOOST_REQUIRE(shown.size() == expected.pixels.size() / static_cast<std::size_t>(expected.channels) * 4);
        std::size_t unequal = 0, at = 0;
        int most = 0;
        for (int y = 0; y < expected.height; ++y)
            for (int x = 0; x < expected.width; ++x, at += 4) {
                for (int c = 0; c < 3; ++c) {
                    const int difference = std::abs(shown[at + static_cast<std::size_t>(c)] - expected.pixel(x, y)[c]);
                    unequal += difference > 0 ? 1 : 0;
                    most = std::max(most, difference);
                }
                BOOST_REQUIRE(shown[at + 3] == 255);
            }
        BOOST_TEST(most <= 1);
        ++pictures_;
        equal_ += unequal == 0 ? 1 : 0;
        values_ += expected.pixels.size();
        unequal_ += unequal;
    }
    void print() const {
        std::printf("%zu of %zu pictures are equal; %zu of %zu values differ, by 1\n", equal_, pictures_, unequal_,
                    values_);
    }

private:
    std::size_t pictures_ = 0, equal_ = 0, values_ = 0, unequal_ = 0;
};

/// The page, opened from its file, and the page of the program for the same network.
struct BothPages : ViewPage {
    BothPages() {
        open("file://" STYLEGAN_WEB_PAGE);
        network = browser.value("network.name");
        view = std::make_unique<View>(folder.path(), example_data(network).string());
    }
    /// What the program draws of a state.
    [[nodiscard]] stylegan::Image expected(const std::string& state) const {
        const Answer a = ask(*view, "POST", "/api/picture?still=1&token=" + view->token, state);
        BOOST_REQUIRE(a.status == 200);
        return stylegan::decode_png(std::vector<std::uint8_t>(a.body.begin(), a.body.end()), "the answer");
    }
    void compare() { comparison.add(numbers(pixels()), expected(browser.value("JSON.stringify(state)"))); }

    TemporaryFolder folder;
    std::string network;  // the file in examples/data that the page has
    std::unique_ptr<View> view;
    Comparison comparison;
};

BOOST_TEST_DECORATOR(*needs_page() * needs("chromium --version"))
BOOST_FIXTURE_TEST_CASE(its_pictures_are_those_of_the_program, BothPages) {
    BOOST_TEST(browser.value("JSON.stringify(network.directions)") ==
               Json::parse(ask(*view, "GET", "/api/network?token=" + view->token).body)["directions"].dump());
    compare();
    for (const char* seed : {"7", "12", "4294967295"}) {
        set("seed", seed);
        compare();
    }
    for (const auto& [id, value] : {std::pair{"psi", "-0.5"},
                                    {"psi", "1"},
                                    {"psi", "0.6"},
                                    {"cutoff", "3"},
                                    {"noise_strength", "3"},
                                    {"noise", "random"},
                                    {"noise_seed", "5"},
                                    {"noise", "none"}}) {
        set(id, value);
        compare();
    }
    browser.click("pad", 0.3, -0.2);
    compare();
    browser.click("mix_on");
    compare();
    set("mix_last", "5");
    compare();
    for (int k = 0; k < 16; ++k) {
        set("direction" + std::to_string(k), k % 2 == 0 ? "2" : "-1.5");
        compare();
    }
    set("edit_first", "3");
    compare();
    comparison.print();
    BOOST_TEST(browser.text_of("message") == "");
}

BOOST_TEST_DECORATOR(*needs_page() * needs("chromium --version"))
BOOST_FIXTURE_TEST_CASE(what_is_saved_is_drawn_again_by_its_command, BothPages) {
    (void)browser.call("Page.setDownloadBehavior", {{"behavior", "allow"}, {"downloadPath", folder.path().string()}});
    set("seed", "12");
    set("cutoff", "4");
    set("noise", "random");
    set("noise_seed", "8");
    set("noise_strength", "1.5");
    const std::vector<int> shown = numbers(pixels());
    browser.click("save");
    BOOST_TEST(browser.wait_until("document.getElementById('command').textContent !== ''"));
    const std::string command = browser.text_of("command");
    BOOST_TEST(command == "stylegan generate --network " + network +
                              " --seeds 12 --trunc 0.7 --trunc-cutoff 4 --noise-mode random --noise-seed 8 "
                              "--noise-strength 1.5 --outdir out");
    std::filesystem::copy(example_data(network), folder / network);
    std::vector<std::string> words;
    std::istringstream in(command);
    for (std::string word; in >> word;) words.push_back(word);
    words.erase(words.begin());
    check_success(run_program(folder, words));
    comparison.add(shown, stylegan::read_png(folder / "out/seed0012.png"));
    for (int i = 0; i < 200 && !exists(folder / "seed0012.png"); ++i)
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    const stylegan::Image saved = stylegan::read_png(folder / "seed0012.png");
    std::vector<int> values;
    for (int y = 0; y < saved.height; ++y)
        for (int x = 0; x < saved.width; ++x)
            for (int c = 0; c < 4; ++c) values.push_back(c < saved.channels ? saved.pixel(x, y)[c] : 255);
    BOOST_TEST((values == shown));
    // what is not the picture of a seed has no command
    set("mix_seed", "3");
    browser.click("mix_on");
    settle();
    browser.click("save");
    BOOST_TEST(browser.wait_until("document.getElementById('command').hidden"));
    BOOST_TEST(browser.text_of("message") == "Saved view.png. Only the picture of a seed has a command line");
}

BOOST_TEST_DECORATOR(*needs_page() * needs("chromium --version"))
BOOST_FIXTURE_TEST_CASE(it_draws_while_it_is_used, ViewPage) {
    open("file://" STYLEGAN_WEB_PAGE);
    BOOST_TEST(browser.value("self.crossOriginIsolated") == false);
    BOOST_TEST(browser.value("network.threads") == 1);
    BOOST_TEST(browser.value("document.getElementById('project-set').hidden") == true);
    // a drag gives more states than are drawn; the last one is what is shown
    (void)browser.value("(() => { for (let i = 0; i < 500; i++) set({x: i / 1000}); })()");
    const std::string dragged = pixels();
    (void)browser.value("(() => { set({x: 0}); })()");
    (void)pixels();
    (void)browser.value("(() => { set({x: 0.499}); })()");
    BOOST_TEST((pixels() == dragged));
    // a state that is refused is told, and the next one is drawn
    (void)browser.value("(() => { set({label: 'x'}); })()");
    BOOST_TEST(browser.wait_until("document.getElementById('message').className === 'bad'"));
    BOOST_TEST(browser.text_of("message").starts_with("label: is \"x\", expected a whole number"));
    (void)browser.value("(() => { set({label: 0, x: 0}); })()");
    BOOST_TEST((pixels() != dragged));
    std::printf("%.1f pictures a second with one thread, in a page of %ju bytes\n", pictures_a_second(browser),
                static_cast<std::uintmax_t>(std::filesystem::file_size(STYLEGAN_WEB_PAGE)));
}

BOOST_TEST_DECORATOR(*needs_page() * needs("chromium --version"))
BOOST_FIXTURE_TEST_CASE(it_has_threads_where_it_is_isolated, ViewPage) {
    open("file://" STYLEGAN_WEB_PAGE "?threads=2");
    BOOST_TEST(browser.value("network.threads") == 1);
    set("seed", "12");
    const std::string expected = pixels();
    const PageServer server(
        STYLEGAN_WEB_PAGE, "Cross-Origin-Opener-Policy: same-origin\r\nCross-Origin-Embedder-Policy: require-corp\r\n");
    open("http://127.0.0.1:" + std::to_string(server.port()) + "/?threads=2");
    BOOST_TEST(browser.value("self.crossOriginIsolated") == true);
    BOOST_TEST(browser.value("network.threads") == 2);
    set("seed", "12");
    BOOST_TEST((pixels() == expected));
    std::printf("%.1f pictures a second with two threads\n", pictures_a_second(browser));
}

BOOST_AUTO_TEST_SUITE_END()
