// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/browser.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

namespace test {

/// The page of examples/stylegan/view/page in a headless Chromium, whoever makes its pictures.
struct ViewPage {
    /// Opens an address and waits for the first picture.
    void open(const std::string& address) {
        browser.open(address);
        BOOST_TEST_REQUIRE(browser.wait_until("typeof drawing === 'object' && drawing.drawn > 0"));
        settle();
    }
    /// Waits for the picture of the present state, without loss.
    void settle() {
        BOOST_TEST(
            browser.wait_until("drawing.drawn === drawing.version && drawing.flying === 0 && "
                               "document.getElementById('picture').dataset.still === '1'"));
    }
    /// Red, green, blue and alpha of all pixels, with commas between.
    [[nodiscard]] std::string pixels() {
        settle();
        return browser.value(
            "(() => { const c = document.getElementById('picture'); return Array.from(c.getContext('2d')"
            ".getImageData(0, 0, c.width, c.height).data).join(); })()");
    }
    /// Moves a slider, or types into a field, as far as the page can tell.
    void set(const std::string& id, const std::string& value) {
        (void)browser.value(
            "(() => { const e = document.getElementById('" + id + "'); e.value = '" + value +
            "'; e.dispatchEvent(new Event(e.tagName === 'SELECT' ? 'change' : 'input', {bubbles: true})); })()");
    }
    [[nodiscard]] std::string state(const std::string& member) {
        return browser.value("JSON.stringify(state." + member + ")");
    }

    Browser browser;
};

}  // namespace test
