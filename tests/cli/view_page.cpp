// SPDX-License-Identifier: Apache-2.0
// The page of `stylegan view` in a headless Chromium: every control is moved as a person would, and the pixels are looked at.
#include "cli/view_page.hpp"
#include "cli/view_client.hpp"
#include "cli/write_network.hpp"

#include <stylegan/io/pictures/png.hpp>

#include <boost/test/unit_test.hpp>

#include <memory>
#include <string>

BOOST_AUTO_TEST_SUITE(view_page)

using namespace test;

struct OpenPage : ViewPage {
    OpenPage() {
        write_network(folder / "n.safetensors");
        view = std::make_unique<View>(folder.path(), "n.safetensors");
        open(view->address);
    }
    /// Does something that must change the picture; `undo` must bring it back, and `redo` change it again.
    template <class F>
    void check_changes(const std::string& what, F&& act) {
        BOOST_TEST_CONTEXT(what) {
            const std::string before = pixels();
            act();
            const std::string after = pixels();
            BOOST_TEST((before != after));
            browser.click("undo");
            BOOST_TEST((pixels() == before));
            browser.press("y", 2);  // Ctrl+Y
            BOOST_TEST((pixels() == after));
            (void)browser.value("new Promise(done => setTimeout(done, 450))");  // the next change is one of its own
        }
    }

    TemporaryFolder folder;
    std::unique_ptr<View> view;
};

BOOST_TEST_DECORATOR(*needs("chromium --version"))
BOOST_FIXTURE_TEST_CASE(every_control_changes_the_picture, OpenPage) {
    check_changes("seed", [&] { set("seed", "7"); });
    check_changes("random seed", [&] { browser.click("random"); });
    check_changes("psi", [&] { set("psi", "-0.5"); });
    check_changes("cutoff", [&] { set("cutoff", "1"); });
    check_changes("noise strength", [&] { set("noise_strength", "3"); });
    check_changes("noise mode", [&] { set("noise", "random"); });
    check_changes("noise seed", [&] { set("noise_seed", "5"); });
    check_changes("pad by mouse", [&] { browser.click("pad", 0.3, -0.2); });
    BOOST_TEST(state("x") == "0.6");
    BOOST_TEST(state("y") == "0.4");
    check_changes("seed to the right", [&] { set("right", "50"); });
    check_changes("seed upwards", [&] { set("up", "60"); });
    check_changes("pad by keys", [&] {
        (void)browser.value("document.getElementById('pad').focus()");
        browser.press("ArrowLeft");
    });
    BOOST_TEST(state("x") == "0.55");
    check_changes("centre", [&] { browser.click("centre"); });
    check_changes("mixing", [&] { browser.click("mix_on"); });
    check_changes("mixing seed", [&] { set("mix_seed", "77"); });
    check_changes("mixing range", [&] { set("mix_last", "5"); });
    check_changes("direction", [&] { set("direction0", "2"); });
    check_changes("direction under the title", [&] { set("direction9", "-3"); });
    check_changes("layers of directions", [&] { set("edit_first", "3"); });
    check_changes("no directions", [&] { browser.click("no_edits"); });
    check_changes("reset", [&] { browser.click("reset"); });
    BOOST_TEST(browser.text_of("message") == "");
}

BOOST_TEST_DECORATOR(*needs("chromium --version"))
BOOST_FIXTURE_TEST_CASE(what_the_canvas_shows_is_the_picture, OpenPage) {
    set("seed", "12");
    const std::string shown = pixels();
    check_success(run_program(
        folder, {"generate", "--network", "n.safetensors", "--seeds", "12", "--trunc", "0.7", "--outdir", "out"}));
    const stylegan::Image expected = stylegan::read_png(folder / "out/seed0012.png");
    std::string text;
    for (int y = 0; y < expected.height; ++y)
        for (int x = 0; x < expected.width; ++x) {
            for (int c = 0; c < 3; ++c) text += std::to_string(expected.pixel(x, y)[c]) + ',';
            text += "255,";
        }
    text.pop_back();
    BOOST_TEST((shown == text));
    browser.click("save");
    BOOST_TEST(browser.wait_until("document.getElementById('command').textContent !== ''"));
    BOOST_TEST(browser.text_of("command") ==
               "stylegan generate --network n.safetensors --seeds 12 --trunc 0.7 --outdir saved");
    BOOST_TEST(read(folder / "saved/view0001.png") == read(folder / "out/seed0012.png"));
}

BOOST_TEST_DECORATOR(*needs("chromium --version") * needs_example_data("cifar-vgg.safetensors"))
BOOST_FIXTURE_TEST_CASE(a_picture_is_projected, OpenPage) {
    check_success(run_program(folder, {"generate", "--network", "n.safetensors", "--seeds", "31", "--outdir", "."}));
    const std::string before = pixels();
    browser.choose("file", folder / "seed0031.png");
    BOOST_TEST(browser.wait_until("document.getElementById('message').textContent.startsWith('Projected: distance ')"));
    BOOST_TEST((pixels() != before));
    BOOST_TEST(state("w") == "\"p1\"");
    browser.click("drop-projection");
    BOOST_TEST(state("w") == "null");
    // what is no picture is told, and the page goes on
    browser.choose("file", folder / "n.safetensors");
    BOOST_TEST(browser.wait_until("document.getElementById('message').className === 'bad'"));
    BOOST_TEST(browser.text_of("message").starts_with("the picture: "), browser.text_of("message"));
    set("seed", "8");
    BOOST_TEST((pixels() != before));
}

// A drag gives far more states than are drawn; the last one is what is shown.
BOOST_TEST_DECORATOR(*needs("chromium --version"))
BOOST_FIXTURE_TEST_CASE(the_newest_state_wins, OpenPage) {
    (void)browser.value("(() => { for (let i = 0; i < 500; i++) set({x: i / 1000}); })()");
    const std::string dragged = pixels();
    BOOST_TEST(state("x") == "0.499");
    (void)browser.value("(() => { set({x: 0}); })()");
    (void)pixels();
    (void)browser.value("(() => { set({x: 0.499}); })()");
    BOOST_TEST((pixels() == dragged));
}

// Names of controls for screen readers, and no script or picture from elsewhere.
BOOST_TEST_DECORATOR(*needs("chromium --version"))
BOOST_FIXTURE_TEST_CASE(controls_have_names, OpenPage) {
    BOOST_TEST(browser.value(
                   "Array.from(document.querySelectorAll('input, select')).filter(e => !e.labels.length).map(e => e.id)"
                   ".join()") == "");
    BOOST_TEST(browser.value(
                   "Array.from(document.querySelectorAll('button')).filter(e => !e.textContent.trim()).length") == 0);
    BOOST_TEST(browser.value("document.getElementById('pad').getAttribute('aria-label').length > 10") == true);
    BOOST_TEST(
        browser.value(
            "performance.getEntriesByType('resource').filter(e => !e.name.startsWith(location.origin)).length") == 0);
}

BOOST_AUTO_TEST_SUITE_END()
